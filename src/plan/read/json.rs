//! The JSON body of a request, converted from a TOML value.
//!
//! Keys keep their order. Variables are filled in and escaped. Placeholders remain, to be filled in for
//! each row. Start at [`json_text`].

use toml::de::DeValue;

use crate::plan::read::values::PlanEntry;
use crate::plan::template::interpolation::PlanText;
use crate::text::value_error::ValueError;

/// Converts a value to JSON, with placeholders in its strings.
pub(super) fn json_text(entry: &PlanEntry<'_>) -> Option<PlanText> {
    let mut json = PlanText::default();
    write_value(entry, &mut json)?;
    Some(json)
}

fn write_value(entry: &PlanEntry<'_>, out: &mut PlanText) -> Option<()> {
    match entry.node.get_ref() {
        DeValue::String(_) => {
            let text = entry.text("a text")?;
            out.write("\"");
            for piece in text.map(escaped) {
                out.push(piece);
            }
            out.write("\"");
        }
        DeValue::Integer(_) => out.write(entry.number()?.trim_start_matches('+')),
        DeValue::Float(number) => {
            // As in JSON Lines, the digits are sent as written: `1.10` may be an amount.
            let digits = number.as_str().trim_start_matches('+');
            let wrong = || ValueError::new("not a number that JSON allows", "write a finite number");
            let is_finite = digits.ends_with(|c: char| c.is_ascii_digit());
            out.write(entry.check(is_finite.then_some(digits).ok_or_else(wrong))?);
        }
        DeValue::Boolean(flag) => out.write(if *flag { "true" } else { "false" }),
        DeValue::Datetime(date) => out.write(&format!("\"{date}\"")),
        DeValue::Array(_) => {
            out.write("[");
            for (i, item) in entry.items().iter().enumerate() {
                out.write(if i > 0 { "," } else { "" });
                write_value(item, out)?;
            }
            out.write("]");
        }
        DeValue::Table(_) => {
            out.write("{");
            for (i, item) in entry.section("json", "a table")?.entries().iter().enumerate() {
                out.write(if i > 0 { "," } else { "" });
                out.write(&format!("\"{}\":", escaped(&item.key)));
                write_value(item, out)?;
            }
            out.write("}");
        }
    }
    Some(())
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
