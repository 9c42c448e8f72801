//! Who printed a line, told from the words that ran.

use super::*;

const LINE: &str = "hello harbour";

fn script(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

fn by_python(argv: &[String], output: &str) -> bool {
    of_words(argv, "python", Some(&Text::Equals(LINE.into())), output, None) == Printer::Asked
}

#[test]
fn the_program_that_was_asked_for_printed_it() {
    for text in [
        "python -c 'print(\"hello harbour\")'",
        "python -V; python -c 'print(\"hello\", \"harbour\")'",
        "cd /x && python3 -c \"print('hello harbour')\"",
        "python /w/x.py",
        "cat /etc/hostname; python /w/x.py",
        "python -m greet",
        "echo 'print(\"hello harbour\")' | python -",
        "python <<E\nprint('hello harbour')\nE",
        "python < /w/x.py",
        "echo one; python -c 'print(\"hello harbour\")' | cat",
        "python -u -X dev -c 'import sys; print(sys.argv[1])' 'hello harbour'",
        "W=harbour; python -c \"print('hello $W')\"",
        "if true; then python x.py; fi",
        "python x.py > /dev/stdout",
        "echo 'hello harbour' > /tmp/x; python -c 'print(open(\"/tmp/x\").read())'",
        "exec python -c 'print(\"hello harbour\")'",
        "python -c 'import subprocess as s; print(s.check_output([\"echo\", \"hello harbour\"], text=True))'",
    ] {
        assert!(by_python(&script(text), LINE), "{text}");
    }
    assert!(by_python(&script("echo hello harbour; python x.py"), "hello harbour\nhello harbour"));
    assert!(by_python(&["python3.13".into(), "-c".into(), "print('hello harbour')".into()], LINE));
    assert!(by_python(&["bash".into(), "-lc".into(), "python x.py".into()], LINE));
}

#[test]
fn another_one_printed_it() {
    for text in [
        "python -V; echo hello harbour",
        "python -V && printf '%s\\n' 'hello harbour'",
        "python -V; printf 'hello harbour\\n'",
        "python -V >/dev/null; echo \"hello harbour\"",
        "python -V; cat <<EOF\nhello harbour\nEOF",
        "python -c 'print(1)'; echo hello harbour",
        "python -c 'print(1)'; echo \"$LINE\"",
        "python -c 'pass'; cat /tmp/line",
        "python x.py > /dev/null; echo hello harbour",
        "python x.py; echo hello harbour",
        "python x.py | sed 's/.*/hello harbour/'",
        "python -c \"import os; os.system('echo hello harbour')\"",
        "python --version; bash -c 'echo hello harbour'",
        "alias python='echo hello harbour'; python",
        "function python { echo hello harbour; }; python",
        "false && python x.py || echo hello harbour",
        "echo hello harbour # python x.py",
        "echo hello harbour | tee /tmp/x; python -V",
        "echo hello harbour",
    ] {
        assert!(!by_python(&script(text), LINE), "{text}");
    }
    let told = of_words(&script("python -V; echo hello harbour"), "python", None, LINE, None);
    assert_eq!(told, Printer::Another("echo hello harbour".into()));
}

#[test]
fn at_a_prompt_each_command_is_judged_by_what_it_printed() {
    let told = |text: &str| of_terminal(text, "python", Some(&Text::Equals(LINE.into())), None);
    let asked = |text| told(text) == Printer::Asked;
    assert!(asked("root@1:/# python -c 'print(\"hello harbour\")'\nhello harbour\nroot@1:/# exit"));
    assert!(asked("# echo hello harbour\nhello harbour\n# python x.py\nhello harbour\n# "));
    assert!(asked("# python\n>>> print('hello harbour')\nhello harbour\n>>> exit()\n# "));
    assert!(!asked("# python -V\nPython 3.13\n# echo hello harbour\nhello harbour\n# "));
    assert!(!asked("# python -V; echo hello harbour\nPython 3.13\nhello harbour\n# "));
}

#[test]
fn a_program_is_read_from_a_file_or_from_elsewhere() {
    let names = ["/w/hello.py", "hello", "hello.py"].map(str::to_owned).to_vec();
    let source = Source { names };
    let from = |argv: &[String]| of_words(argv, "python", None, "x", Some(&source)) == Printer::Asked;
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for argv in [
        words("python /w/hello.py"),
        words("python -m hello"),
        script("cd /w && python hello.py"),
        script("python < /w/hello.py"),
        script("cat /w/hello.py | python -"),
        script("cp /w/hello.py /tmp/x.py && python /tmp/x.py"),
        script("for f in /w/*.py; do python $f; done"),
        script("python -c 'exec(open(\"/w/hello.py\").read())'"),
    ] {
        assert!(from(&argv), "{argv:?}");
    }
    for argv in [
        words("python -"),
        words("python"),
        words("python /tmp/other.py"),
        script("ls /w/hello.py; python -"),
        script("python -c 'print(\"You made it!\")'"),
        script("echo 'print(1)' | python"),
        script("python -c 'print(\"helloworld\")'"),
    ] {
        assert!(!from(&argv), "{argv:?}");
    }
    assert!(typed_of(">>> import hello\nx", &source));
    assert!(!typed_of(">>> print(1)\nhello", &source));
}

#[test]
fn what_is_only_said_is_told_from_what_was_read() {
    let said = |text: &str, output: &str| only_said(&script(text), false, output, &|found| found == LINE);
    for text in [
        "echo hello harbour",
        "printf 'hello harbour'",
        "cat /etc/hostname; echo hello harbour",
        "echo hello harbour | cat",
        "cat <<E\nhello harbour\nE",
    ] {
        assert!(said(text, LINE).is_some(), "{text}");
    }
    for text in [
        "cat /data/list",
        "echo hello harbour > /data/list; cat /data/list",
        "echo hello harbour | tee /data/list > /dev/null; cat /data/list",
        "grep 'hello harbour' /data/list",
        "echo \"$(cat /data/list)\"",
        "echo here it is; cat /data/list",
    ] {
        assert_eq!(said(text, LINE), None, "{text}");
    }
    assert_eq!(said("echo hello harbour; cat /data/list", "hello harbour\nhello harbour"), None);
    let words = ["echo", "hello", "harbour"].map(str::to_owned);
    assert_eq!(only_said(&words, false, LINE, &|found| found == LINE).as_deref(), Some("echo hello harbour"));
    let typed = |text: &str| only_said(&["bash".to_owned()], true, text, &|found| found == LINE);
    assert!(typed("root@1:/# echo hello harbour\nhello harbour\nroot@1:/# exit").is_some());
    assert_eq!(
        typed("root@1:/# echo hello harbour\nhello harbour\nroot@1:/# cat /list\nhello harbour"),
        None
    );
    assert_eq!(typed("root@1:/# cat /list\nhello harbour"), None);
}
