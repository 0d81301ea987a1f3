//! Whole-platform tests live in the folders beside this file, one test binary a folder.
