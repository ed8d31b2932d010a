-- Terms come stemmed and split, so they become lexemes as they are.
ALTER TABLE "memories" ADD COLUMN "term_vector" tsvector
	GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array("terms", ' '), ''))) STORED;
--> statement-breakpoint
CREATE INDEX "memories_by_term" ON "memories" USING gin ("term_vector");
