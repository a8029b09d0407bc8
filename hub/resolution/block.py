"""Block: which pairs are worth comparing. Joins on keys, in DuckDB, over the rows of one collection.

A key is one reason to look at two records together: an identifier, a contact, a name, a rare word, two words, a word in
a place. A block that holds more than MOST_IN_BLOCK records says too little and is dropped; rarer keys find its pairs.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MOST_IN_BLOCK = 80
_LIMITS = {
    "most_in_block": MOST_IN_BLOCK,
    "rare": 5.5,  # weight from which one word alone is a reason to compare: one name in 250 at most
    "telling": 2.5,  # weight from which a word counts together with a place
    "most_words": 5,  # the rarest words of a name, which are paired with one another
}

Indexes = NDArray[np.int64]

# `reasons` has one SELECT for each kind of key: (record, key), the kind as a prefix so that kinds never meet.
_PAIRS = """
WITH words AS (
    SELECT record, word, weight, row_number() OVER (PARTITION BY record ORDER BY weight DESC, word) AS rank
    FROM (SELECT record, unnest(core) AS word, unnest(weights) AS weight FROM rows)
), places AS (
    SELECT record, 'c' || commune AS place FROM rows WHERE commune <> ''
    UNION SELECT record, 'c' || named_commune FROM rows WHERE named_commune <> ''
    UNION SELECT record, 'p' || postcode FROM rows WHERE postcode <> ''
    UNION SELECT record, 'd' || department FROM rows WHERE department <> ''
    UNION SELECT record, 'd' || named_department FROM rows WHERE named_department <> ''
), reasons AS (
    SELECT record, 'siren' || siren AS key FROM rows WHERE siren <> ''
    UNION SELECT record, 'rna' || rna FROM rows WHERE rna <> ''
    UNION SELECT record, 'uai' || uai FROM rows WHERE uai <> ''
    UNION SELECT record, 'ror' || ror FROM rows WHERE ror <> ''
    UNION SELECT record, 'id' || unnest(other_ids) FROM rows
    UNION SELECT record, 'web' || website FROM rows WHERE website <> ''
    UNION SELECT record, 'web' || mail_domain FROM rows WHERE mail_domain <> ''
    UNION SELECT record, 'mail' || email FROM rows WHERE email <> ''
    UNION SELECT record, 'phone' || phone FROM rows WHERE phone <> ''
    UNION SELECT record, 'key' || unnest(match_keys) FROM rows
    UNION SELECT record, 'street' || street || place FROM rows JOIN places USING (record)
          WHERE street <> '' AND place[1] <> 'd'
    UNION SELECT record, 'name' || unnest(names) FROM rows
    UNION SELECT record, 'head' || unnest(heads) FROM rows
    UNION SELECT record, 'whole' || whole || department FROM rows WHERE whole <> ''
    UNION SELECT record, 'acronym' || unnest(acronyms) FROM rows
    UNION SELECT record, 'acronym' || unnest(list_filter(initials, lambda x: length(x) > 3)) FROM rows
    UNION SELECT record, 'acronym' || acronym || place
          FROM (SELECT record, unnest(list_concat(acronyms, initials)) AS acronym FROM rows) JOIN places USING (record)
    UNION SELECT record, 'kind' || kind || place FROM rows JOIN places USING (record)
          WHERE kind <> '' AND place[1] <> 'd'
    UNION SELECT record, 'kind' || kind || department FROM rows
          WHERE kind IN ('departement', 'region') AND department <> ''
    UNION SELECT record, 'kind' || kind || named_department || named_region FROM rows
          WHERE kind IN ('departement', 'region') AND named_department || named_region <> ''
    UNION SELECT record, 'word' || word FROM words WHERE weight >= $rare
    UNION SELECT a.record, 'words' || least(a.word, b.word) || ' ' || greatest(a.word, b.word)
          FROM words AS a JOIN words AS b ON a.record = b.record AND a.word < b.word
          WHERE a.rank <= $most_words AND b.rank <= $most_words
    UNION SELECT record, 'at' || place || word FROM words JOIN places USING (record) WHERE weight >= $telling
    UNION SELECT record, 'near' || place || unnest([left(word, 4), right(word, 4)])
          FROM words JOIN places USING (record) WHERE weight >= $rare AND place[1] <> 'd' AND length(word) > 4
    UNION SELECT record, 'owner' || owner || left(starts, 4) FROM rows WHERE owner <> ''
), keys AS (
    SELECT record, hash(key) AS key FROM reasons
), small AS (
    SELECT key FROM keys GROUP BY key HAVING count(*) BETWEEN 2 AND $most_in_block
), kept AS (
    SELECT record, key FROM keys SEMI JOIN small USING (key)
)
SELECT DISTINCT a.record AS left, b.record AS right
FROM kept AS a JOIN kept AS b ON a.key = b.key AND a.record < b.record
ORDER BY ALL
"""


def candidates(rows: pa.Table) -> pa.Table:
    """The pairs worth comparing: int64 columns `left` < `right`, row numbers of `rows`, in order, each pair once.

    rows: with the columns of `features.SCHEMA` and `weights` of `rarity.add_rarity`.
    """
    numbered = rows.append_column("record", pa.array(np.arange(len(rows))))
    with duckdb.connect() as database:
        database.register("rows", numbered)
        return database.sql(_PAIRS, params=_LIMITS).to_arrow_table()
