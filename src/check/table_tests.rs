//! `docs/checks.md`: the table of checks and their fields, written from the code that reads them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::*;

/// Set it to write the file anew.
const UPDATE: &str = "UPDATE_DOCS";

macro_rules! written_as {
    ($($kind:ty => $name:literal),* $(,)?) => {$(
        impl JsonSchema for $kind {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "written": $name })
            }
        }
    )*};
}

written_as! {
    Text => "TEXT",
    Number => "NUMBER",
    Pattern => "a regular expression",
    ImageAsked => "`{repo, tag}`, `{ref}`, `{same-as}`, or `$name`",
    PortAsked => "[PortMatch](#port), or `none`",
    ExecOf => "fields of [run](#run-and-container), or `$name`",
}

fn schema_of<T: JsonSchema>() -> Map<String, Value> {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.as_object().cloned().unwrap()
}

/// In words what a field takes.
fn takes(schema: &Value, parts: &mut BTreeSet<String>) -> String {
    if let Some(written) = schema["written"].as_str() {
        return written.into();
    }
    if let Some(part) = schema["$ref"].as_str() {
        let name = part.rsplit('/').next().unwrap();
        match name {
            "Check" => return "CHECK".into(),
            // An image below an image is asked for by its name alone.
            "#" => return "`{repo, tag}`, or `{ref}`".into(),
            _ => {}
        }
        parts.insert(name.to_owned());
        return format!("[{name}]");
    }
    if let Some(one) = schema["anyOf"].as_array().and_then(|all| all.iter().find(|s| s["type"] != "null")) {
        return takes(one, parts);
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|k| *k != "null").unwrap().into(),
        _ => String::new(),
    };
    match kinds.as_str() {
        "boolean" => "`true` or `false`".into(),
        "string" => "a text".into(),
        "number" | "integer" => "a number".into(),
        "array" => format!("a list of {}", takes(&schema["items"], parts)),
        "object" => format!("`{{NAME: …}}` of {}", takes(&schema["additionalProperties"], parts)),
        other => panic!("{other}: {schema}"),
    }
}

/// The words of an enum.
fn words(schema: &Map<String, Value>) -> Option<String> {
    let plain = schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    let told = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let told = told.into_iter().flat_map(|one| match &one["enum"] {
        Value::Array(all) => all.clone(),
        _ => vec![one["const"].clone()],
    });
    let all: Vec<String> =
        plain.into_iter().chain(told).filter_map(|w| Some(format!("`{}`", w.as_str()?))).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn rows(schema: &Map<String, Value>, out: &mut String) {
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut parts = BTreeSet::new();
    let _ = writeln!(out, "| field | takes | |\n|---|---|---|");
    for (name, field) in schema["properties"].as_object().unwrap() {
        let mut takes = takes(field, &mut parts);
        for part in &parts {
            let definition = definitions[part].as_object().unwrap();
            let own = || match part.as_str() {
                "AnswerOfPort" => format!("[{name}](#http-of-a-container)"),
                "ImageMatch" => "[image](#image)".to_owned(),
                _ => format!("[{name}](#{name})"),
            };
            let link = words(definition).unwrap_or_else(own);
            takes = takes.replace(&format!("[{part}]"), &link);
        }
        let must = if required.contains(&name.as_str()) { " Must be written." } else { "" };
        let says = field["description"].as_str().unwrap_or_else(|| panic!("{name} says nothing"));
        let _ = writeln!(out, "| `{name}` | {takes} | {}{must} |", says.replace('\n', " "));
    }
    out.push('\n');
}

fn section<T: JsonSchema>(title: &str, out: &mut String) {
    let schema = schema_of::<T>();
    let _ = writeln!(out, "## {title}\n");
    if let Some(says) = schema.get("description").and_then(Value::as_str) {
        let _ = writeln!(out, "{}\n", says.replace('\n', " "));
    }
    rows(&schema, out);
}

fn table() -> String {
    let mut out = String::from(
        "# Checks\n\nWhat a `check` of a task may ask for. This page is written by a test from the code that reads checks:\n\
         `UPDATE_DOCS=1 cargo test --lib check::table`.\n\n\
         A check is a mapping with one key. A field that is not written is not looked at. Unknown, empty and doubled keys are\n\
         mistakes, shown with line and column.\n\n\
         | check | is satisfied when |\n|---|---|\n",
    );
    for variant in schema_of::<Check>()["oneOf"].as_array().unwrap() {
        let name = variant["properties"].as_object().unwrap().keys().next().unwrap();
        let link = match name.as_str() {
            "all" | "any" | "none" => format!("`{name}: [CHECK, …]`"),
            "run" | "container" => format!("[`{name}`](#run-and-container)"),
            _ => format!("[`{name}`](#{name})"),
        };
        let says = variant["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(out, "| {link} | {says} |");
    }
    out.push_str(
        "\n**TEXT** is a plain text, which means *equals*, blanks at both ends forgiven; or one of `{one-of: [a, b]}`, `{contains: a}`, \
         `{prefix: a}`, `{suffix: a}`, `{regex: a}`, `{icase: a}` (small or capital letters), `{not: TEXT}`.\n\
         **NUMBER** is a whole number, which means *equals*; or one of `{gt: 1}`, `{ge: 1}`, `{lt: 1}`, `{le: 1}`, `{not: 1}`.\n\n\
         `as: web` gives what is found a name. Later in the same `all`, and in later tasks, `$web` is that object; in texts\n",
    );
    let values: Vec<String> = asked::names::VALUES.iter().map(|value| format!("`$web.{value}`")).collect();
    let _ = writeln!(
        out,
        "{} are its values. All names together stand for one choice of objects.\n",
        values.join(", ")
    );
    section::<ImageMatch>("image", &mut out);
    section::<RunMatch>("run and container", &mut out);
    section::<MountMatch>("mount", &mut out);
    section::<PortMatch>("port", &mut out);
    section::<AnswerOfPort>("http of a container", &mut out);
    section::<OutputMatch>("output", &mut out);
    section::<VolumeMatch>("volume", &mut out);
    section::<NetworkMatch>("network", &mut out);
    section::<HttpMatch>("http", &mut out);
    section::<ExecMatch>("exec", &mut out);
    section::<FileMatch>("file", &mut out);
    section::<DockerfileMatch>("dockerfile", &mut out);
    out.push_str("## gone\n\nOne of `container: {name, image}`, `image: {repo, tag}`, `volume: {name}`, `network: {name}`.\n\n");
    section::<SeenMatch>("seen", &mut out);
    section::<AnswerMatch>("answer", &mut out);
    section::<CountMatch>("count", &mut out);
    // The names of parts are those of fields.
    out.replace("[PortMatch](#port)", "[port](#port)").trim_end().to_owned() + "\n"
}

#[test]
fn the_table_of_checks_is_what_the_code_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let table = table();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == table,
        "docs/checks.md is not what the code says: UPDATE_DOCS=1 cargo test --lib check::table"
    );
}

/// Fields that say nothing by themselves: a name for later, or a part of what another one says.
const SILENT: [&str; 2] = ["as", "prompt"];

/// A value for each field that the table knows, and what is said of a check with it.
#[test]
fn no_field_drops_out_of_what_is_expected() {
    let samples = serde_json::json!({
        "run": {
            "same-as": "$c", "name": "web", "image": {"repo": "nginx"}, "started": false, "command-given": true,
            "env-given": ["A"], "installs": false,
            "program": "python", "mount": {"target": "/w"}, "port": {"container": 5000}, "env": {"A": "b"},
            "workdir": "/app", "user": "app", "network": "net", "interactive": true, "tty": true, "detached": true,
            "auto-remove": true, "exit-code": 3, "http": {"status": 200}, "output": {"line": "x"},
            "logs-read": true, "removed": true,
        },
        "container": {"state": "paused", "started": true},
        "image": {
            "repo": "python", "ref": "python:3", "same-as": "$c", "built": true, "based-on": {"repo": "python"},
            "program": "python", "has-default-program": true, "env": {"A": "b"}, "workdir": "/app", "user": "app",
            "exposes": 5000, "step": "x", "layers": 3, "size": {"lt": 5}, "labels": {"a": "b"},
        },
        "exec": {
            "of": "$c", "program": "python", "command": "x", "exit-code": 3, "output": {"contains": "x"},
            "user": "app", "interactive": true,
        },
        "volume": {"name": "a", "driver": "local", "used-by": "$c", "anonymous": true},
        "network": {"name": "a", "driver": "bridge", "members": ["$c"]},
        "dockerfile": {
            "path": "other", "from": {"repo": "python"}, "has": ["RUN"], "copies": "a.py", "cmd-form": "exec",
            "cmds": 1,
        },
    });
    for (kind, fields) in samples.as_object().unwrap() {
        let bare: Check = serde_json::from_value(serde_json::json!({ kind: {} })).unwrap();
        for (field, value) in fields.as_object().unwrap() {
            let mut asked = Map::new();
            asked.insert(field.clone(), value.clone());
            let check: Check = serde_json::from_value(serde_json::json!({ kind: asked })).unwrap();
            assert_ne!(check.describe(), bare.describe(), "{kind}: {field}");
            assert!(!SILENT.contains(&field.as_str()));
        }
    }
    // A field that is new is thought of here.
    for (kind, schema) in [
        ("run", schema_of::<RunMatch>()),
        ("image", schema_of::<ImageMatch>()),
        ("exec", schema_of::<ExecMatch>()),
    ] {
        for field in
            schema["properties"].as_object().unwrap().keys().filter(|f| !SILENT.contains(&f.as_str()))
        {
            let elsewhere = matches!((kind, field.as_str()), ("run", "state") | ("image", "tag"));
            assert!(elsewhere || samples[kind].get(field).is_some(), "{kind}: {field}");
        }
    }
}

#[test]
fn what_is_expected_reads_like_a_sentence() {
    let told = |json: Value| serde_json::from_value::<Check>(json).unwrap().describe();
    assert_eq!(told(serde_json::json!({"run": {"tty": true}})), "a container that is started with -t");
    assert_eq!(
        told(
            serde_json::json!({"run": {"image": {"repo": "python"}, "program": "python", "tty": true, "output": {"line": "x"}}})
        ),
        "a container from a python image that runs python, is started with -t, and prints the line \"x\""
    );
    assert_eq!(
        told(serde_json::json!({"image": {"built": true, "based-on": {"repo": "python"}, "user": "app"}})),
        "an image that you built on a python image and that runs as the user \"app\""
    );
    assert_eq!(
        told(
            serde_json::json!({"dockerfile": {"from": {"repo": "python"}, "copies": "a.py", "has": ["run"]}})
        ),
        "a file Dockerfile that begins with a python image, has RUN, and copies a.py"
    );
}
