-- Terms come stemmed and split, so they become lexemes as they are.
ALTER TABLE "chunks" ADD COLUMN "term_vector" tsvector
	GENERATED ALWAYS AS (array_to_tsvector(string_to_array("terms", ' '))) STORED;
--> statement-breakpoint
CREATE INDEX "chunks_by_term" ON "chunks" USING gin ("term_vector");
