//! The ranges and alternatives in a URL of curl: `[1-10]`, `[a-e:2]` and `{one,two}`.
//!
//! Start at [`expand`].

/// The most URLs that one makes.
const MAX_URLS: usize = 1_000;

/// Returns all URLs that a URL means. A backslash before a bracket or brace makes it a character.
pub(super) fn expand(url: &str) -> Result<Vec<String>, &'static str> {
    let mut urls = vec![String::new()];
    let mut rest = url;
    while let Some(at) = rest.find(['[', '{', '\\']) {
        let (before, from) = rest.split_at(at);
        for url in &mut urls {
            url.push_str(before);
        }
        let mut chars = from.chars();
        let values = match chars.next() {
            Some('\\') => {
                let escaped = chars.next().filter(|c| "[]{}".contains(*c));
                rest = if escaped.is_some() { chars.as_str() } else { &from[1..] };
                vec![escaped.unwrap_or('\\').to_string()]
            }
            Some('{') => {
                let (inner, after) = from[1..].split_once('}').ok_or("a brace in its URL is not closed")?;
                rest = after;
                inner.split(',').map(str::to_owned).collect()
            }
            _ => {
                let (inner, after) = from[1..].split_once(']').ok_or("a bracket in its URL is not closed")?;
                rest = after;
                // An address of IPv6, or the index of a list in a query.
                if inner.is_empty() || inner.matches(':').count() > 1 {
                    vec![format!("[{inner}]")]
                } else {
                    range(inner).ok_or("a range in its URL is not valid; `-g` makes it a text")?
                }
            }
        };
        if urls.len() * values.len() > MAX_URLS {
            return Err("the ranges in its URL make more than 1,000 URLs");
        }
        urls = urls.iter().flat_map(|url| values.iter().map(move |value| format!("{url}{value}"))).collect();
    }
    for url in &mut urls {
        url.push_str(rest);
    }
    Ok(urls)
}

/// The values of `1-10`, `001-100`, `a-z`, each with an optional step such as `:2`.
fn range(inner: &str) -> Option<Vec<String>> {
    let (bounds, step) =
        inner.split_once(':').map_or(Some((inner, 1)), |(bounds, step)| Some((bounds, step.parse().ok()?)))?;
    let (first, last) = bounds.split_once('-')?;
    let step = Some(step).filter(|step| *step > 0)?;
    let letter = |text: &str| Some(text.chars().next()?).filter(|c| text.len() == 1 && c.is_ascii_alphabetic());
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        return (first <= last).then(|| (first..=last).step_by(step).map(String::from).collect());
    }
    let width = if first.starts_with('0') { first.len() } else { 0 };
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then(|| (first..=last).step_by(step).take(MAX_URLS + 1).map(|n| format!("{n:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn ranges_and_alternatives_become_urls() {
        for (url, urls) in [
            ("http://a/{x,y}/[1-3:2]", vec!["http://a/x/1", "http://a/x/3", "http://a/y/1", "http://a/y/3"]),
            ("[08-10]", vec!["08", "09", "10"]),
            ("[a-c]", vec!["a", "b", "c"]),
            ("http://[::1]:80/?a[]=1", vec!["http://[::1]:80/?a[]=1"]),
            ("\\{x\\}\\y", vec!["{x}\\y"]),
            ("", vec![""]),
        ] {
            assert_eq!(expand(url).unwrap(), urls, "{url}");
        }
        for wrong in ["{a", "[1-", "[1-x]", "[3-1]", "[1-9:0]", "[1-5000]", "{a,b}[1-501]", "[1-18446744073709551615]"]
        {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }
}
