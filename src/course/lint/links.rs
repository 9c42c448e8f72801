//! Links: that their addresses have the shape of one, and that files which they name are there.

use super::super::{Block, BlockKind, Diagnostic, Inline, Manuscript, Severity, Source};

/// `folder` is where the text lies, below the course's root.
pub(super) fn links(
    blocks: &[Block],
    manuscript: &Manuscript,
    source: &Source,
    folder: &str,
    out: &mut Vec<Diagnostic>,
) {
    each_url(blocks, &mut |line, url| {
        let Some((message, help)) = wrong(url, source, folder) else { return };
        let line = manuscript.line_with(url, line).unwrap_or(line);
        out.push(manuscript.mistake(Severity::Error, line, message, help));
    });
}

fn wrong(url: &str, source: &Source, folder: &str) -> Option<(String, &'static str)> {
    if let Some(rest) = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme)) {
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let is_host =
            host == "localhost" || (host.contains('.') && host.split('.').all(|part| !part.is_empty()));
        let is_whole = is_host && !rest.contains(char::is_whitespace);
        return (!is_whole).then(|| (format!("`{url}` is no address"), "write https://, a host and a path"));
    }
    if url.starts_with("mailto:") {
        return None;
    }
    if url.contains("://") {
        return Some((format!("`{url}` is not opened by every browser"), "write an address with https://"));
    }
    let path = url.split('#').next().unwrap_or_default();
    let there = !path.is_empty() && resolved(folder, path).is_some_and(|path| source.has(&path));
    (!there).then(|| (format!("there is no file `{url}`"), "its path begins at the folder of this file"))
}

/// A path below the course's root; None where it leads out of it.
fn resolved(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn each_url(blocks: &[Block], visit: &mut dyn FnMut(usize, &str)) {
    for block in blocks {
        let mut inlines = |list: &[Inline]| each_inline(list, &mut |url| visit(block.line, url));
        match &block.kind {
            BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => inlines(text),
            BlockKind::Table(table) => {
                table.head.iter().chain(table.rows.iter().flatten()).for_each(|cell| inlines(cell));
            }
            BlockKind::List { items, .. } => {
                items.iter().for_each(|item| each_url(&item.blocks, visit));
            }
            BlockKind::Quote(inner) => each_url(inner, visit),
            BlockKind::Definitions(terms) => {
                for (term, bodies) in terms {
                    each_inline(term, &mut |url| visit(block.line, url));
                    bodies.iter().for_each(|body| each_url(body, visit));
                }
            }
            _ => {}
        }
    }
}

fn each_inline(inlines: &[Inline], visit: &mut dyn FnMut(&str)) {
    for inline in inlines {
        match inline {
            Inline::Link { text, url } => {
                visit(url);
                each_inline(text, visit);
            }
            Inline::Image { url, .. } => visit(url),
            Inline::Emph(inner)
            | Inline::Strong(inner)
            | Inline::Strike(inner)
            | Inline::Superscript(inner)
            | Inline::Subscript(inner) => each_inline(inner, visit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_file_is_there() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("lessons/a")).unwrap();
        std::fs::write(root.path().join("lessons/a/x.md"), "").unwrap();
        let source = Source::Folder(root.path().into());
        let is_wrong = |url: &str| wrong(url, &source, "lessons/a").is_some();
        for url in [
            "https://docs.docker.com/x#y",
            "http://localhost:8081",
            "mailto:a@b.org",
            "x.md#top",
            "../a/./x.md",
        ] {
            assert!(!is_wrong(url), "{url}");
        }
        for url in ["https://", "https://docs", "http://a..b", "ftp://a.b/c", "y.md", "#top", "../../../x.md"]
        {
            assert!(is_wrong(url), "{url}");
        }
    }
}
