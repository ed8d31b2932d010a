-- Merging goes in small steps of its own, not in whichever commit fills a level; and what was deleted
-- is merged away when it is a quarter of a level, not a tenth, which wrote the rest again ten times.
INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('automerge', 0);
--> statement-breakpoint
INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('deletemerge', 25);
