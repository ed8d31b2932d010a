-- Counts are found by scope and term alone: kept in that order, with no index beside them to write.
CREATE TABLE `__new_term_counts` (
	`scope_id` text NOT NULL,
	`term` text NOT NULL,
	`chunks` integer NOT NULL,
	PRIMARY KEY(`scope_id`, `term`),
	FOREIGN KEY (`scope_id`) REFERENCES `scopes`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_term_counts`("scope_id", "term", "chunks") SELECT "scope_id", "term", "chunks" FROM `term_counts` ORDER BY "scope_id", "term";
--> statement-breakpoint
DROP TABLE `term_counts`;
--> statement-breakpoint
ALTER TABLE `__new_term_counts` RENAME TO `term_counts`;
--> statement-breakpoint
CREATE TABLE `__new_memory_terms` (
	`assistant_id` text NOT NULL,
	`term` text NOT NULL,
	`memories` integer NOT NULL,
	PRIMARY KEY(`assistant_id`, `term`),
	FOREIGN KEY (`assistant_id`) REFERENCES `memory_scopes`(`assistant_id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_memory_terms`("assistant_id", "term", "memories") SELECT "assistant_id", "term", "memories" FROM `memory_terms` ORDER BY "assistant_id", "term";
--> statement-breakpoint
DROP TABLE `memory_terms`;
--> statement-breakpoint
ALTER TABLE `__new_memory_terms` RENAME TO `memory_terms`;
