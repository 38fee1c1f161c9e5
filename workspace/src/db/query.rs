//! A statement that is put together from parts.

use super::{DbError, Dialect, Row, Transaction, Value};

/// The fewest characters that an index of trigrams finds.
pub const TRIGRAM: usize = 3;

/// A statement that is put together from parts, each with its values. Nothing from outside ever
/// becomes part of its text.
#[derive(Debug, Clone, Default)]
pub struct Query {
    text: String,
    values: Vec<Value>,
    conditions: usize,
}

impl Query {
    /// Begins with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Goes on with this text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value, and says what stands for it: `$1`, `$2` …
    pub fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Adds a condition: `WHERE …` the first time, `AND …` after that. `{}` stands for the value.
    pub fn condition(&mut self, text: &str, value: impl Into<Value>) -> &mut Self {
        let place = self.value(value);
        self.condition_without_value(&text.replace("{}", &place))
    }

    /// Adds a condition.
    pub fn condition_without_value(&mut self, text: &str) -> &mut Self {
        self.text.push_str(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.text.push_str(text);
        self.conditions += 1;
        self
    }

    /// Goes on with a statement around what is there: its first condition begins with WHERE again.
    pub const fn begin_conditions(&mut self) -> &mut Self {
        self.conditions = 0;
        self
    }

    /// Adds the condition that `column`, which is in lower case, contains `part`, whatever its case.
    pub fn contains(&mut self, tx: &Transaction, column: &str, part: &str) -> &mut Self {
        // What is stored has none; PostgreSQL cannot even be asked for a NUL.
        if part.contains(char::is_control) {
            return self.condition_without_value("1 = 0");
        }
        let part = part.to_lowercase();
        match tx.dialect() {
            // Several times as fast as LIKE.
            Dialect::Sqlite => self.condition(&format!("instr({column}, {{}}) > 0"), part),
            // No index finds so short a part. Bytes are compared faster than letters, and UTF-8 has
            // no letter inside of another.
            Dialect::Postgres if part.chars().count() < TRIGRAM => {
                let found = format!("position({{}} in convert_to({column}, 'UTF8')) > 0");
                self.condition(&found, part.into_bytes())
            }
            // What an index of trigrams can answer.
            Dialect::Postgres => {
                let pattern = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                self.condition(&format!("{column} LIKE {{}}"), format!("%{pattern}%"))
            }
        }
    }

    /// Adds `IN (…)`; nothing is in a list of none. The last value is repeated up to the next power
    /// of two: each length would be another statement that the database keeps prepared.
    pub fn any_of(&mut self, values: impl IntoIterator<Item = impl Into<Value>>) -> &mut Self {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        let last = values.last().cloned().unwrap_or(Value::Null);
        values.resize(values.len().next_power_of_two(), last);
        let places: Vec<_> = values.into_iter().map(|value| self.value(value)).collect();
        let places = places.join(", ");
        self.push(" IN (").push(&places).push(")")
    }

    /// The rows of the answer.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn rows(&self, tx: &mut Transaction) -> Result<Vec<Row>, DbError> {
        tx.rows(&self.text, &self.values).await
    }

    /// The number that the answer is.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn count(&self, tx: &mut Transaction) -> Result<u64, DbError> {
        let row = tx.row(&self.text, &self.values).await?;
        row.map_or(Ok(0), |row| row.get(0))
    }
}

/// Inserts rows, many at a time. `into` is `table (column, …)`; `end` what follows the values.
///
/// # Errors
/// Any [`DbError`].
pub async fn insert_all(
    tx: &mut Transaction,
    into: &str,
    rows: &[Vec<Value>],
    end: &str,
) -> Result<u64, DbError> {
    /// Rows of one statement. Both databases take more, if no row has more than 100 values.
    const ROWS: usize = 256;
    let mut inserted = 0;
    let mut rest = rows;
    while !rest.is_empty() {
        // Powers of two: each number would be another statement that the database keeps prepared.
        let most = if rest.len() >= ROWS { ROWS } else { (rest.len() / 2 + 1).next_power_of_two() };
        let (chunk, others) = rest.split_at_checked(most).unwrap_or((rest, &[]));
        rest = others;
        let mut query = Query::new("INSERT INTO ");
        query.push(into).push(" VALUES ");
        for (at, row) in chunk.iter().enumerate() {
            let places: Vec<_> = row.iter().map(|value| query.value(value.clone())).collect();
            query.push(if at == 0 { "(" } else { ", (" }).push(&places.join(", ")).push(")");
        }
        query.push(" ").push(end);
        inserted += tx.execute(&query.text, &query.values).await?;
    }
    Ok(inserted)
}
