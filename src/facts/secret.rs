//! Which values are better not shown or kept, told by the names that they go under.

/// Stands where a value was.
pub const HIDDEN: &str = "••••";

/// Whether the value of this variable is better not shown to whoever looks over a shoulder.
pub fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "PASS",
        "PWD",
        "SECRET",
        "TOKEN",
        "KEY",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "AUTH",
        "DSN",
    ];
    let name = name.to_ascii_uppercase();
    // `PWD` alone is the working directory, and a public key is public.
    if matches!(name.as_str(), "PWD" | "OLDPWD" | "GPG_KEY") || name.contains("PUBLIC") {
        return false;
    }
    let parts = || name.split(|c: char| !c.is_ascii_alphanumeric());
    parts().any(|part| WORDS.contains(&part))
        || ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY"].iter().any(|word| name.contains(word))
}

/// Addresses like `postgres://user:password@host` carry a password in the middle.
pub fn mask(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    if is_secret(name) {
        return HIDDEN.to_owned();
    }
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@') else { return value.to_owned() };
    let Some((user_name, _)) = user.split_once(':') else { return value.to_owned() };
    format!("{scheme}://{user_name}:{HIDDEN}{}", &rest[user.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_plain_values_are_not() {
        for name in [
            "POSTGRES_PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "github_token",
            "API_KEY",
            "MYSQL_PWD",
            "DBPASSWORD",
        ] {
            assert_eq!(mask(name, "hunter2"), "••••", "{name}");
        }
        for name in
            ["PATH", "PWD", "KEYBOARD", "GPG_KEY", "MONKEY", "AUTHOR", "NGINX_VERSION", "SSH_PUBLIC_KEY"]
        {
            assert_eq!(mask(name, "value"), "value", "{name}");
        }
        assert_eq!(mask("API_KEY", ""), "");
        assert_eq!(mask("DATABASE_URL", "postgres://ana:s3@db:5432/x"), "postgres://ana:••••@db:5432/x");
        assert_eq!(mask("DATABASE_URL", "postgres://db/x@y"), "postgres://db/x@y");
        assert_eq!(mask("URL", "https://ana@host/"), "https://ana@host/");
    }
}
