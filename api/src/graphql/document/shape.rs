//! The shape of a document: depth, width, and aliases, computed once per fragment.
//!
//! A fragment is measured once, and its measures are added wherever it is spread, so a document that expands to 2^28
//! fields is measured in as many steps as it has tokens. Only documents that pass this check are expanded.

use std::collections::HashMap;

use apollo_compiler::{
    Node,
    ast::{
        Argument, Definition, DirectiveList, Document, FragmentDefinition, OperationDefinition,
        OperationType, Selection, Value,
    },
};

use super::{limits::Limits, refusal::Refusal};
use crate::graphql::Code;

/// The measures of a selection, with its fragments expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape {
    roots: u64,
    fields: u64,
    aliases: u64,
    directives: u64,
    /// Nesting of fields.
    depth: u64,
    /// Nesting of selections: fields, inline fragments and spreads.
    levels: u64,
}

impl Shape {
    /// Adds a sibling.
    fn and(self, other: Self) -> Self {
        Self {
            roots: self.roots.saturating_add(other.roots),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
        }
    }

    /// Adds a parent.
    fn within(self) -> Self {
        Self { levels: self.levels + 1, ..self }
    }
}

/// Refuses a document if an operation exceeds the limits.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    let mut measured = Measured { limits, fragments: HashMap::new(), shapes: HashMap::new() };
    let mut operations = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => operations.push(operation),
            Definition::FragmentDefinition(fragment) => {
                measured.fragments.insert(fragment.name.as_str(), fragment);
            }
            _ => {
                let message = "The document defines types; send operations and fragments only.";
                return Err(Refusal::new(Code::ValidationError, message));
            }
        }
    }
    within("operations", operations.len() as u64, limits.operations as u64)?;
    let mut fields = 0_u64;
    for operation in &operations {
        let shape = measured.operation(operation)?;
        fields = fields.saturating_add(shape.fields);
        within("levels of fields", shape.depth, limits.depth)?;
        within("fields at the root", shape.roots, limits.roots)?;
        within("aliases", shape.aliases, limits.aliases)?;
        within("directives", shape.directives, limits.directives)?;
    }
    // For all operations together: each of them is validated, whichever runs.
    within("fields (with fragments expanded)", fields, limits.fields)?;
    let fragments: Vec<_> = measured.fragments.values().copied().collect();
    for fragment in fragments {
        // Including unused ones: they are validated too.
        let shape = measured.fragment(fragment, 0)?;
        within("fields (with fragments expanded)", shape.fields, limits.fields)?;
    }
    Ok(())
}

fn within(what: &str, found: u64, most: u64) -> Result<(), Refusal> {
    if found > most { Err(Refusal::over(Code::TooComplex, what, found, most)) } else { Ok(()) }
}

/// A fragment that is being measured, or was measured.
enum Memory {
    Begun,
    Done(Shape),
}

struct Measured<'a> {
    limits: &'a Limits,
    fragments: HashMap<&'a str, &'a Node<FragmentDefinition>>,
    shapes: HashMap<&'a str, Memory>,
}

impl<'a> Measured<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Shape, Refusal> {
        let most = match operation.operation_type {
            OperationType::Mutation => self.limits.batch,
            OperationType::Query | OperationType::Subscription => self.limits.list,
        };
        let mut directives = operation.directives.len();
        for variable in &operation.variables {
            directives += variable.directives.len();
            if let Some(value) = &variable.default_value {
                literal(value, most)?;
            }
        }
        check_directives(&operation.directives, most)?;
        let shape = self.selections(&operation.selection_set, most, 0)?;
        Ok(shape.and(Shape { directives: directives as u64, ..Shape::default() }))
    }

    fn fragment(&mut self, fragment: &'a FragmentDefinition, level: usize) -> Result<Shape, Refusal> {
        match self.shapes.get(fragment.name.as_str()) {
            Some(Memory::Done(shape)) => return Ok(*shape),
            Some(Memory::Begun) => {
                let message = format!("The fragment {} spreads itself.", fragment.name);
                return Err(Refusal::new(Code::ValidationError, message));
            }
            None => (),
        }
        self.shapes.insert(&fragment.name, Memory::Begun);
        check_directives(&fragment.directives, self.limits.list)?;
        let shape = self.selections(&fragment.selection_set, self.limits.list, level)?;
        let own = Shape { directives: fragment.directives.len() as u64, ..Shape::default() };
        let shape = shape.and(own);
        self.shapes.insert(&fragment.name, Memory::Done(shape));
        Ok(shape)
    }

    /// The brackets of a definition are bounded by the guard, a chain of fragments by `level`, so the recursion fits on
    /// the stack.
    fn selections(&mut self, set: &'a [Selection], most: usize, level: usize) -> Result<Shape, Refusal> {
        let mut whole = Shape::default();
        for selection in set {
            let shape = self.selection(selection, most, level + 1)?;
            if shape.levels + level as u64 > self.limits.nesting as u64 {
                return Err(self.too_deep());
            }
            whole = whole.and(shape);
        }
        Ok(whole)
    }

    fn selection(&mut self, selection: &'a Selection, most: usize, level: usize) -> Result<Shape, Refusal> {
        if level > self.limits.nesting {
            return Err(self.too_deep());
        }
        let (directives, below) = match selection {
            Selection::Field(field) => {
                arguments(&field.arguments, most)?;
                let below = self.selections(&field.selection_set, most, level)?;
                let this = Shape {
                    roots: 1,
                    fields: below.fields.saturating_add(1),
                    aliases: below.aliases.saturating_add(field.alias.is_some().into()),
                    depth: below.depth + 1,
                    ..below
                };
                (&field.directives, this)
            }
            Selection::InlineFragment(inline) => {
                (&inline.directives, self.selections(&inline.selection_set, most, level)?)
            }
            Selection::FragmentSpread(spread) => {
                let below = match self.fragments.get(spread.fragment_name.as_str()) {
                    Some(fragment) => self.fragment(fragment, level)?,
                    // The validator reports unknown ones.
                    None => Shape::default(),
                };
                (&spread.directives, below)
            }
        };
        check_directives(directives, most)?;
        let own = Shape { directives: directives.len() as u64, ..Shape::default() };
        Ok(below.and(own).within())
    }

    fn too_deep(&self) -> Refusal {
        let message =
            format!("The selections of the document are nested more than {} deep.", self.limits.nesting);
        Refusal::new(Code::TooComplex, message)
    }
}

fn check_directives(directives: &DirectiveList, most: usize) -> Result<(), Refusal> {
    directives.iter().try_for_each(|directive| arguments(&directive.arguments, most))
}

fn arguments(arguments: &[Node<Argument>], most: usize) -> Result<(), Refusal> {
    arguments.iter().try_for_each(|argument| literal(&argument.value, most))
}

/// Refuses a literal with a list that is too long.
fn literal(value: &Value, most: usize) -> Result<(), Refusal> {
    match value {
        Value::List(items) => {
            within("items in a list", items.len() as u64, most as u64)?;
            items.iter().try_for_each(|item| literal(item, most))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(_, field)| literal(field, most)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use apollo_compiler::parser::Parser;

    use super::*;

    fn refusal(document: &str) -> Option<(Code, String)> {
        let document = Parser::new().parse_ast(document, "").unwrap();
        let begun = Instant::now();
        let refusal = check(&document, &Limits::default()).err();
        assert!(begun.elapsed() < Duration::from_secs(1), "nothing is expanded");
        refusal.map(|refusal| (refusal.code(), refusal.into_errors()[0].message.clone()))
    }

    fn fan(fragments: usize, spreads: usize) -> String {
        let fragment =
            |n: usize| format!("fragment f{n} on T {{ {} }}\n", format!("...f{} ", n + 1).repeat(spreads));
        let mut document = "{ ...f0 }\n".to_owned();
        document.extend((0..fragments).map(fragment));
        document + &format!("fragment f{fragments} on T {{ a }}")
    }

    #[test]
    fn what_fans_out_is_refused_and_not_expanded() {
        for document in [fan(28, 2), fan(8, 20), fan(60, 20)] {
            let (code, message) = refusal(&document).unwrap();
            assert_eq!(code, Code::TooComplex);
            assert!(message.contains("at the root") || message.contains("fields"), "{message}");
        }
        assert_eq!(refusal(&fan(4, 2)), None);
    }

    #[test]
    fn a_chain_of_fragments_is_nesting() {
        assert_eq!(refusal(&fan(60, 1)), None);
        assert_eq!(refusal(&fan(3_000, 1)).unwrap().0, Code::TooComplex);
        // In whatever order they are measured.
        let backwards: Vec<String> = fan(80, 1).lines().rev().map(str::to_owned).collect();
        assert_eq!(refusal(&backwards.join("\n")).unwrap().0, Code::TooComplex);
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_refused() {
        let circle = "{ ...a } fragment a on T { b { ...c } } fragment c on T { ...a }";
        assert_eq!(refusal(circle).unwrap().0, Code::ValidationError);
    }

    #[test]
    fn each_measure_has_its_limit() {
        let aliases: String = (0..101).map(|n| format!("a{n}: b ")).collect();
        let spread: String = "...F ".repeat(11);
        for (document, says) in [
            (format!("{{ a {{ {aliases} }} }}"), "101 aliases; at most 100"),
            (format!("{{ a {{ {spread} }} }} fragment F on T {{ {} }}", "x: b ".repeat(10)), "110 aliases"),
            (format!("{{ {} }}", "b ".repeat(51)), "51 fields at the root; at most 50"),
            (format!("{{ a {{ {} }} }}", "b ".repeat(2_000)), "2001 fields"),
            (format!("{{ a {} }}", "@b ".repeat(101)), "101 directives"),
            (format!("{}{}", "{ a ".repeat(17), "}".repeat(17)), "17 levels of fields"),
            (format!("{{ a(b: [{}]) }}", "1 ".repeat(1_001)), "1001 items in a list"),
            (format!("query($a: [Int] = [{}]) {{ a(b: $a) }}", "1 ".repeat(1_001)), "1001 items in a list"),
            ((0..21).map(|n| format!("query q{n} {{ a }} ")).collect(), "21 operations"),
            ("type T { a: Int }".to_owned(), "defines types"),
        ] {
            let (_, message) = refusal(&document).expect(says);
            assert!(message.contains(says), "{message}");
        }
        assert_eq!(refusal(&format!("mutation {{ a(b: [{}]) }}", "1 ".repeat(9_000))), None);
    }
}
