//! Work calendars.
