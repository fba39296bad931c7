//! Names of months, in the languages of common exports.

/// The names of the months, January to December; the first letters suffice where they are unambiguous.
const NAMES: [&[&str]; 8] = [
    // English
    &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    // German
    &[
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    // French
    &[
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    // Spanish
    &[
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    // Italian
    &[
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    // Portuguese
    &[
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    // Dutch
    &[
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    // Russian
    &[
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
];

/// The month of a name or an abbreviation of at least three letters.
pub(super) fn month(name: &str) -> Option<u32> {
    let name = name.trim_end_matches('.').to_lowercase();
    if name.chars().count() < 3 {
        return None;
    }
    let mut found = None;
    for names in NAMES {
        for (number, whole) in (1..).zip(names) {
            if *whole == name {
                return Some(number);
            }
            if whole.starts_with(&name) || (name == "sept" && number == 9) {
                match found {
                    Some(other) if other != number => return None,
                    _ => found = Some(number),
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_by_their_names() {
        for (name, expected) in [
            ("Jan", Some(1)),
            ("Sept.", Some(9)),
            ("Dez", Some(12)),
            ("dic", Some(12)),
            ("août", Some(8)),
            ("MAI", Some(5)),
            ("мая", Some(5)),
            ("mar", Some(3)),
            ("abc", None),
            ("j", None),
            // June or July in French.
            ("jui", None),
        ] {
            assert_eq!(month(name), expected, "{name}");
        }
    }
}
