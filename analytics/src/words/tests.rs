use super::*;

const WANTED: Terms = Terms { min_voices: 3, most: 10 };

fn texts<'a>(said: &[(&'a str, usize)], stratum: u32) -> Vec<Text<'a>> {
    let text = |text| Text { text, stratum, voice: None };
    said.iter().flat_map(|(said, times)| std::iter::repeat_n(text(said), *times)).collect()
}

fn words(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(|term| term.text.as_str()).collect()
}

#[test]
fn the_figures_are_those_of_the_formula() {
    let here = texts(&[("crash", 30), ("fine", 70)], 0);
    let others = texts(&[("crash", 10), ("fine", 390)], 0);
    let found = distinguishing(&here, &others, WANTED);
    assert_eq!(words(&found), ["crash"]);
    // a = 100 (30 + 10) / 500 = 8; δ = ln(38 / 162) - ln(18 / 482); Var = 1/38 + 1/18.
    let expected = (38.0_f64 / 162.0).ln() - (18.0_f64 / 482.0).ln();
    assert!((found[0].log_odds - expected).abs() < 1e-12);
    assert!((found[0].z - expected / (1.0 / 38.0 + 1.0 / 18.0_f64).sqrt()).abs() < 1e-12);
    assert_eq!((found[0].voices, found[0].others), (30, 10));
    assert_eq!((found[0].share, found[0].other_share), (0.3, 0.025));
}

#[test]
fn texts_that_do_not_differ_have_no_words() {
    let said = [("the canvas stutters", 40), ("zooming is smooth", 60), ("it freezes on my tablet", 30)];
    assert_eq!(distinguishing(&texts(&said, 0), &texts(&said, 0), WANTED), []);
    assert_eq!(distinguishing(&[], &texts(&said, 0), WANTED), []);
    assert_eq!(distinguishing(&texts(&said, 0), &[], WANTED), []);
}

#[test]
fn more_bad_ratings_are_no_news_about_words() {
    let (good, bad) = (1, 0);
    let mix = |bads, goods| {
        let mut all = texts(&[("hidden layers come back", bads)], bad);
        all.extend(texts(&[("grouping just works", goods)], good));
        all
    };
    assert_eq!(distinguishing(&mix(80, 20), &mix(100, 900), WANTED), []);
    let unaware: Vec<_> = mix(80, 20).into_iter().map(|text| Text { stratum: 0, ..text }).collect();
    let others: Vec<_> = mix(100, 900).into_iter().map(|text| Text { stratum: 0, ..text }).collect();
    assert_ne!(distinguishing(&unaware, &others, WANTED), []);
}

#[test]
fn a_phrase_stands_for_its_words_and_negations_are_kept() {
    let here = texts(&[("Since the update it does not work", 40), ("quick", 60)], 0);
    let others = texts(&[("quick", 200), ("does it work?", 100)], 0);
    let found = distinguishing(&here, &others, WANTED);
    assert_eq!(words(&found), ["not work"], "the others stand in the same texts");
    let apart = [("Since the update I wait", 20), ("It does not work", 20), ("quick", 60)];
    let found = distinguishing(&texts(&apart, 0), &others, WANTED);
    assert_eq!(words(&found), ["not work", "since the update"]);
}

#[test]
fn one_voice_is_one_however_often_it_speaks() {
    let mut here = texts(&[("fine", 60)], 0);
    here.extend((0..40).map(|_| Text { text: "crash", stratum: 0, voice: Some(7) }));
    let others = texts(&[("fine", 200)], 0);
    assert_eq!(distinguishing(&here, &others, Terms { min_voices: 1, most: 9 }), []);
    let many: Vec<_> =
        here.iter().zip(0..).map(|(text, voice)| Text { voice: Some(voice), ..*text }).collect();
    assert_eq!(words(&distinguishing(&many, &others, WANTED)), ["crash"]);
}

#[test]
fn forms_of_a_word_are_counted_together_in_each_language() {
    let here = texts(
        &[
            ("Der Export hängt seit dem Update", 14),
            ("die Exporte hängen", 10),
            ("L'export est bloqué depuis la mise à jour", 20),
            ("die Suche ist gut und schnell", 30),
        ],
        0,
    );
    let others = texts(&[("die Suche ist gut und schnell", 200), ("la recherche est bonne", 60)], 0);
    let found = distinguishing(&here, &others, WANTED);
    let exports = found.iter().find(|term| term.text == "export").unwrap();
    assert_eq!(exports.voices, 24, "{found:?}");
    assert!(found.iter().any(|term| term.text.contains("bloqué")), "{:?}", words(&found));
}

#[test]
fn few_voices_distinguish_nothing_and_the_order_does_not_matter() {
    let others = texts(&[("fine", 500)], 0);
    assert_eq!(distinguishing(&texts(&[("crash", 3), ("fine", 20)], 0), &others, WANTED), []);
    let mut here = texts(&[("crash", 30), ("hangs badly", 30), ("fine", 40)], 0);
    let found = words(&distinguishing(&here, &others, WANTED)).join(", ");
    here.reverse();
    assert_eq!(words(&distinguishing(&here, &others, WANTED)).join(", "), found);
    let most = Terms { most: 1, ..WANTED };
    assert_eq!(distinguishing(&here, &others, most).len(), 1);
}
