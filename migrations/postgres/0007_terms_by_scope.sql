-- Every term begins with its scope, so that looking one up reads what its scope holds and no more.
DROP INDEX "chunks_by_term";
--> statement-breakpoint
ALTER TABLE "chunks" DROP COLUMN "term_vector";
--> statement-breakpoint
CREATE INDEX "chunks_by_term" ON "chunks" USING gin ((array_to_tsvector(string_to_array(replace("scope_id", '-', '') || replace("terms", ' ', ' ' || replace("scope_id", '-', '')), ' '))));
--> statement-breakpoint
DROP INDEX "memories_by_term";
--> statement-breakpoint
ALTER TABLE "memories" DROP COLUMN "term_vector";
--> statement-breakpoint
CREATE INDEX "memories_by_term" ON "memories" USING gin ((array_to_tsvector(string_to_array(replace("assistant_id", '-', '') || replace("terms", ' ', ' ' || replace("assistant_id", '-', '')), ' '))));
