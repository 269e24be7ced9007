-- +goose Up

-- What the end of a file may have taken from a line: the last word of its purpose, or any of its
-- text. Once a later file has told the line whole it is joined, until its payment has been decided
-- about again.
ALTER TABLE bank_lines
    ADD COLUMN cut text NOT NULL DEFAULT '' CONSTRAINT bank_lines_cut CHECK (cut IN ('', 'word', 'text', 'joined'));
CREATE INDEX bank_lines_cut_waiting ON bank_lines (bank_account_id) WHERE cut <> '';
