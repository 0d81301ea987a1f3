//! XML as a small tree that remembers where everything stands and can be written out again as it was.
//!
//! For documents that people draw and mail around (BPMN models), as against logs, which are streams
//! ([`crate::import`]). A document type declaration, any entity beyond XML's five, and documents beyond the
//! limits below are refused, so that none can blow itself up or reach for other files. Whatever was read is
//! kept: prefixes, the order of attributes, comments, CDATA.

use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::refusal::{Position, Words};

/// Larger documents are refused: the largest models met are below 1 MiB.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Elements inside each other; models go ten deep.
const DEPTH_MAX: usize = 100;
/// Elements in all.
const ELEMENTS_MAX: usize = 200_000;

/// An element and everything in it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    /// Its name as written, prefix included.
    pub(crate) name: String,
    /// Its namespace; empty for none.
    pub(crate) namespace: Arc<str>,
    /// As written, in order; namespace declarations included.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// Where its tag begins.
    pub(crate) at: Position,
}

/// What may stand in an element.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
    CData(String),
    Comment(String),
    Instruction(String),
}

/// Why a document cannot be read as XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct XmlError {
    pub(crate) at: Position,
    pub(crate) what: Words,
}

impl Element {
    /// A new element without namespace declarations of its own.
    pub(crate) fn new(name: impl Into<String>, namespace: &Arc<str>) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.clone(),
            attributes: Vec::new(),
            children: Vec::new(),
            at: Position::START,
        }
    }

    /// The same with one more attribute.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The same with one more child.
    pub(crate) fn holding(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    pub(crate) fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// The name without its prefix.
    pub(crate) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.namespace == namespace && self.local() == local
    }

    /// The value of an attribute without prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.into(), value)),
        }
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    pub(crate) fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first child element of that name.
    pub(crate) fn child(&self, namespace: &str, local: &str) -> Option<&Element> {
        self.elements().find(|e| e.is(namespace, local))
    }

    /// Its text, without that of elements inside it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Text(part) | Node::CData(part) = node {
                text.push_str(part);
            }
        }
        text
    }
}

/// Reads a document.
///
/// # Errors
/// It is no well-formed XML, or goes beyond what is read (see the module).
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > BYTES_MAX {
        let (en, zh) = (
            format!("{} bytes; at most {BYTES_MAX} are read", bytes.len()),
            format!("文件有 {} 字节，最多读取 {BYTES_MAX} 字节", bytes.len()),
        );
        return Err(error(Position::START, en, zh));
    }
    let text = decode(bytes)?;
    let mut reading = Reading {
        xml: Reader::from_str(&text),
        text: &text,
        place: Place::default(),
        scopes: vec![("xml".into(), "http://www.w3.org/XML/1998/namespace".into())],
        marks: Vec::new(),
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    reading.all()?;
    reading.root.ok_or_else(|| {
        error(
            Position::START,
            "there is no element in it",
            "文件中没有任何元素",
        )
    })
}

fn error(at: Position, en: impl Into<Box<str>>, zh: impl Into<Box<str>>) -> XmlError {
    XmlError {
        at,
        what: Words::new(en, zh),
    }
}

/// The text of a document, by its byte order mark or declaration.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, XmlError> {
    let declared = declared_encoding(bytes);
    let encoding = match &declared {
        None => encoding_rs::UTF_8,
        Some(label) => encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            error(
                Position::START,
                format!("the encoding {label:?} is not known; save the file as UTF-8"),
                format!("不认识编码 {label:?}；请将文件另存为 UTF-8"),
            )
        })?,
    };
    let (text, used, broken) = encoding.decode(bytes);
    if broken {
        let at = match std::str::from_utf8(bytes) {
            Err(e) if used == encoding_rs::UTF_8 => Position::START.after(bytes, e.valid_up_to()),
            _ => Position::START,
        };
        let (en, zh) = (
            format!("bytes that are not {}; save the file as UTF-8", used.name()),
            format!("含有不是 {} 的字节；请将文件另存为 UTF-8", used.name()),
        );
        return Err(error(at, en, zh));
    }
    Ok(text.into_owned())
}

/// The encoding that an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let start: String = bytes.iter().take(200).map(|b| *b as char).collect();
    let declaration = start.strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let (_, after) = declaration.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(after[1..].split(quote).next()?.to_owned())
}

/// A place that moves on through the text; columns count characters.
#[derive(Clone, Copy, Debug)]
struct Place {
    byte: usize,
    position: Position,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            byte: 0,
            position: Position::START,
        }
    }
}

impl Place {
    fn move_to(&mut self, text: &str, byte: usize) -> Position {
        let passed = text.get(self.byte..byte).unwrap_or_default();
        for c in passed.chars() {
            if c == '\n' {
                self.position.line = self.position.line.saturating_add(1);
                self.position.column = 1;
            } else {
                self.position.column = self.position.column.saturating_add(1);
            }
        }
        self.byte = self.byte.max(byte);
        self.position
    }
}

struct Reading<'t> {
    xml: Reader<&'t [u8]>,
    text: &'t str,
    place: Place,
    /// Prefixes in scope, innermost last.
    scopes: Vec<(String, Arc<str>)>,
    /// How many of them each open element found.
    marks: Vec<usize>,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Reading<'_> {
    fn all(&mut self) -> Result<(), XmlError> {
        loop {
            let begins = usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX);
            let at = self.place.move_to(self.text, begins);
            let event = match self.xml.read_event() {
                Ok(event) => event,
                Err(problem) => {
                    let byte = usize::try_from(self.xml.error_position()).unwrap_or(begins);
                    let at = self.place.move_to(self.text, byte.max(begins));
                    return Err(malformed(at, &problem.to_string()));
                }
            };
            match event {
                Event::Start(tag) => self.open(&tag, at)?,
                Event::Empty(tag) => {
                    self.open(&tag, at)?;
                    self.close();
                }
                Event::End(_) => self.close(),
                Event::Text(text) => self.add(Node::Text(text.xml10_content().into_owned()), at)?,
                Event::CData(text) => {
                    self.add(Node::CData(text.xml10_content().into_owned()), at)?;
                }
                Event::GeneralRef(reference) => {
                    let character = reference
                        .resolve_char_ref()
                        .map_err(|e| malformed(at, &e.to_string()))?;
                    let character = match character {
                        Some(character) => character,
                        None => predefined(&reference.xml10_content()).ok_or_else(|| {
                            error(
                                at,
                                "an entity that XML does not have by itself; entities are not read: write the text in its place",
                                "使用了自定义实体；为安全起见不读取实体，请直接写出文字",
                            )
                        })?,
                    };
                    self.add(Node::Text(character.into()), at)?;
                }
                Event::Comment(text) if !self.open.is_empty() => {
                    self.add(Node::Comment(text.into_inner().into_owned()), at)?;
                }
                Event::PI(text) if !self.open.is_empty() => {
                    self.add(Node::Instruction(text.into_inner().into_owned()), at)?;
                }
                Event::DocType(_) => {
                    return Err(error(
                        at,
                        "a document type declaration; it could name other files or blow the document up, so it is not read: delete it",
                        "含有文档类型声明（DOCTYPE）；它可能引用外部文件或使文件膨胀，不予读取，请删除",
                    ));
                }
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
        match self.open.last() {
            None => Ok(()),
            Some(open) => Err(error(
                open.at,
                format!(
                    "<{}> is not closed: the file is cut short",
                    shown(&open.name)
                ),
                format!("<{}> 没有结束标记：文件不完整", shown(&open.name)),
            )),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, at: Position) -> Result<(), XmlError> {
        self.elements += 1;
        if self.open.len() >= DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err(error(
                at,
                format!(
                    "more than {DEPTH_MAX} elements inside each other, or {ELEMENTS_MAX} in all"
                ),
                format!("元素嵌套超过 {DEPTH_MAX} 层，或总数超过 {ELEMENTS_MAX} 个"),
            ));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(error(at, "a second root element", "出现第二个根元素"));
        }
        let mut attributes = Vec::new();
        self.marks.push(self.scopes.len());
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| malformed(at, &e.to_string()))?;
            let name: &str = attribute.key.as_ref();
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|e| malformed(at, &e.to_string()))?
                .into_owned();
            if name == "xmlns" {
                self.scopes.push((String::new(), value.as_str().into()));
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.scopes.push((prefix.into(), value.as_str().into()));
            }
            attributes.push((name.to_owned(), value));
        }
        let name: &str = tag.name().into_inner();
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let namespace = self.scopes.iter().rev().find(|(p, _)| p == prefix);
        let namespace = match namespace {
            Some((_, namespace)) => namespace.clone(),
            None if prefix.is_empty() => "".into(),
            None => {
                return Err(error(
                    at,
                    format!("the prefix {:?} is not declared (xmlns)", shown(prefix)),
                    format!("前缀 {:?} 没有声明（xmlns）", shown(prefix)),
                ));
            }
        };
        self.open.push(Element {
            name: name.to_owned(),
            namespace,
            attributes,
            children: Vec::new(),
            at,
        });
        Ok(())
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        let mark = self.marks.pop().unwrap_or(1);
        self.scopes.truncate(mark);
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
    }

    fn add(&mut self, node: Node, at: Position) -> Result<(), XmlError> {
        match (self.open.last_mut(), node) {
            (Some(parent), Node::Text(more)) => match parent.children.last_mut() {
                Some(Node::Text(text)) => text.push_str(&more),
                _ => parent.children.push(Node::Text(more)),
            },
            (Some(parent), node) => parent.children.push(node),
            (None, Node::Text(text)) if text.trim().is_empty() => {}
            (None, _) => {
                return Err(error(
                    at,
                    "text outside the root element: is this an XML file at all?",
                    "根元素之外有文字：这是 XML 文件吗？",
                ));
            }
        }
        Ok(())
    }
}

fn malformed(at: Position, what: &str) -> XmlError {
    let what = shown(what);
    error(
        at,
        format!("not well-formed XML: {what}"),
        format!("XML 格式不正确：{what}"),
    )
}

fn shown(text: &str) -> String {
    text.chars().take(120).collect()
}

pub(crate) fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// Writes a document. Elements that hold elements only are put on lines of their own; text stays as it is.
pub(crate) fn write(root: &Element) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    write_element(root, 0, &mut out);
    out.push('\n');
    out
}

fn write_element(element: &Element, depth: usize, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let lines = element
        .children
        .iter()
        .all(|child| matches!(child, Node::Element(_) | Node::Comment(_)));
    for child in &element.children {
        if lines {
            indent(depth + 1, out);
        }
        match child {
            Node::Element(child) => write_element(child, depth + 1, out),
            Node::Text(text) => escape(text, false, out),
            Node::CData(text) => enclose("<![CDATA[", text, "]]>", out),
            Node::Comment(text) => enclose("<!--", text, "-->", out),
            Node::Instruction(text) => enclose("<?", text, "?>", out),
        }
    }
    if lines {
        indent(depth, out);
    }
    enclose("</", &element.name, ">", out);
}

fn enclose(before: &str, text: &str, after: &str, out: &mut String) {
    out.push_str(before);
    out.push_str(text);
    out.push_str(after);
}

fn indent(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Escapes what would be taken for markup or be changed by a reader.
pub(crate) fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\t' if in_attribute => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 has no way at all to hold these.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> (u32, u32, String) {
        let problem = parse(text.as_bytes()).expect_err("it must be refused");
        (problem.at.line, problem.at.column, problem.what.en.into())
    }

    #[test]
    fn bombs_and_foreign_files_are_refused_unread() {
        let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<a>&x;</a>";
        let (line, column, what) = refused(bomb);
        assert_eq!((line, column), (2, 1));
        assert!(what.contains("document type"), "{what}");
        let (line, column, what) = refused("<a>\n  <b/>&x;</a>");
        assert_eq!((line, column), (2, 7));
        assert!(what.contains("entity"), "{what}");
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        assert!(refused(&deep).2.contains("inside each other"));
        assert!(refused("<a b=\"&x;\"/>").2.contains("not well-formed"));
    }

    #[test]
    fn malformed_documents_are_told_with_their_place() {
        assert_eq!(refused("<a>\n <b></c>\n</a>").0, 2);
        assert_eq!(
            refused("<a>\n <b>"),
            (2, 2, "<b> is not closed: the file is cut short".into())
        );
        assert_eq!(
            refused("<p:a/>").2,
            "the prefix \"p\" is not declared (xmlns)"
        );
        assert_eq!(
            refused("BPMN").2,
            "text outside the root element: is this an XML file at all?"
        );
        assert_eq!(refused("").2, "there is no element in it");
        assert!(refused("<a x='1' x='2'/>").2.contains("duplicate"));
    }

    #[test]
    fn what_was_read_is_written_again() {
        let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a xmlns:p=\"urn:p\" b=\"1&#10;&lt;2\">t &amp; <p:c/>\n<!-- n --><![CDATA[<x>]]></a>";
        let root = parse(text.as_bytes()).expect("well-formed");
        assert_eq!(root.attribute("b"), Some("1\n<2"));
        let again = write(&root);
        assert_eq!(
            again,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a xmlns:p=\"urn:p\" b=\"1&#10;&lt;2\">t &amp; <p:c/>\n<!-- n --><![CDATA[<x>]]></a>\n"
        );
        assert_eq!(write(&parse(again.as_bytes()).expect("our own")), again);
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe4'/>";
        assert_eq!(parse(latin).expect("latin").attribute("b"), Some("ä"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn no_markup_makes_it_panic(text in "[<>/a-c:&;!?\\[\\]\"'= x#-]{0,120}") {
            if let Ok(root) = parse(text.as_bytes()) {
                let again = write(&root);
                prop_assert_eq!(write(&parse(again.as_bytes()).expect("our own")), again);
            }
        }
    }
}
