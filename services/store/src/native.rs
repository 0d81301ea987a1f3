//! ClickHouse's Native format, writing side: one block, column by column.
//!
//! Why not the crate's `insert`: it sends row by row while it encodes, so a retry would have to encode again, and
//! RowBinary costs the server two to three times as much per row as Native (design anchors, B3). Why not the
//! crate's own Native blocks: they send each long text as a chunk of its own.
//!
//! Types are those of the Rust side; the server casts where its column differs (`LowCardinality`, named tuples).

/// A Rust type that is one column of a block.
pub trait Native {
    /// The ClickHouse type it is written as.
    fn type_name() -> String;

    /// The type to read it as, where the client cannot read the column's own (it knows no named tuples).
    fn read_as() -> Option<String> {
        None
    }

    /// Appends the column's values.
    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>)
    where
        Self: 'a;
}

/// Appends LEB128, which Native uses for counts and lengths.
pub fn varuint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn text(text: &str, out: &mut Vec<u8>) {
    varuint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// One block in the making.
pub struct BlockWriter {
    out: Vec<u8>,
}

impl BlockWriter {
    /// A block of so many columns and rows.
    pub fn new(columns: usize, rows: usize) -> Self {
        let mut out = Vec::with_capacity(256 + rows * columns * 8);
        varuint(columns as u64, &mut out);
        varuint(rows as u64, &mut out);
        Self { out }
    }

    /// Appends the next column.
    pub fn column<'a, T: Native + 'a>(
        &mut self,
        name: &str,
        values: impl Iterator<Item = &'a T> + Clone,
    ) {
        text(name, &mut self.out);
        text(&T::type_name(), &mut self.out);
        T::write(values, &mut self.out);
    }

    /// The block's bytes.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

macro_rules! little_endian {
    ($($rust:ty => $clickhouse:literal),*) => {$(
        impl Native for $rust {
            fn type_name() -> String {
                $clickhouse.into()
            }
            fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>) {
                for value in values {
                    out.extend_from_slice(&value.to_le_bytes());
                }
            }
        }
    )*};
}

little_endian!(u16 => "UInt16", u32 => "UInt32", u64 => "UInt64", i64 => "Int64");

impl Native for bool {
    fn type_name() -> String {
        "Bool".into()
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>) {
        out.extend(values.map(|&value| u8::from(value)));
    }
}

impl Native for String {
    fn type_name() -> String {
        "String".into()
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>) {
        for value in values {
            text(value, out);
        }
    }
}

impl<T: Native + Default> Native for Option<T> {
    fn type_name() -> String {
        format!("Nullable({})", T::type_name())
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>)
    where
        Self: 'a,
    {
        out.extend(values.clone().map(|value| u8::from(value.is_none())));
        let absent = T::default();
        T::write(values.map(|value| value.as_ref().unwrap_or(&absent)), out);
    }
}

impl<T: Native> Native for Vec<T> {
    fn type_name() -> String {
        format!("Array({})", T::type_name())
    }

    fn read_as() -> Option<String> {
        T::read_as().map(|inner| format!("Array({inner})"))
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>)
    where
        Self: 'a,
    {
        let mut end = 0u64;
        for value in values.clone() {
            end += value.len() as u64;
            out.extend_from_slice(&end.to_le_bytes());
        }
        T::write(values.flatten(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_laid_out_as_the_format_says() {
        let (counts, names) = ([1u16, 300], [Some("证".to_owned()), None]);
        let mut block = BlockWriter::new(2, 2);
        block.column("n", counts.iter());
        block.column("s", names.iter());
        let mut expected = vec![2, 2];
        expected.extend(b"\x01n\x06UInt16\x01\x00\x2c\x01");
        expected.extend(b"\x01s\x10Nullable(String)\x00\x01\x03\xe8\xaf\x81\x00");
        assert_eq!(block.finish(), expected);
    }

    #[test]
    fn counts_are_leb128() {
        for (n, bytes) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![128, 1]),
            (300, vec![172, 2]),
        ] {
            let mut out = Vec::new();
            varuint(n, &mut out);
            assert_eq!(out, bytes, "{n}");
        }
    }
}
