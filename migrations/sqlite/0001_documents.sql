CREATE TABLE `chunks` (
	`key` integer PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`document_id` text NOT NULL,
	`scope_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`text` text NOT NULL,
	`position` text NOT NULL,
	`tokens` integer NOT NULL,
	`terms` text NOT NULL,
	`title_terms` text NOT NULL,
	`length` integer NOT NULL,
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `chunks_by_document` ON `chunks` (`document_id`,`ordinal`);--> statement-breakpoint
CREATE INDEX `chunks_by_scope` ON `chunks` (`scope_id`,`length`);--> statement-breakpoint
CREATE TABLE `documents` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`assistant_id` text NOT NULL,
	`thread_id` text,
	`message_id` text,
	`filename` text NOT NULL,
	`media_type` text NOT NULL,
	`blob_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`status` text NOT NULL,
	`status_message` text,
	`summary` text,
	`total_tokens` integer,
	`chunk_count` integer,
	`attempts` integer NOT NULL,
	`lease_until` integer,
	`retry_at` integer,
	`processing_started_at` integer,
	`processing_completed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`assistant_id`) REFERENCES `assistants`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `documents_by_assistant` ON `documents` (`assistant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `documents_by_thread` ON `documents` (`thread_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `documents_to_do` ON `documents` (`created_at`) WHERE status in ('pending', 'processing');--> statement-breakpoint
CREATE TABLE `embeddings` (
	`chunk_key` integer NOT NULL,
	`space` text NOT NULL,
	`vector` blob NOT NULL,
	PRIMARY KEY(`chunk_key`, `space`),
	FOREIGN KEY (`chunk_key`) REFERENCES `chunks`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `scopes` (
	`id` text PRIMARY KEY NOT NULL,
	`chunk_count` integer NOT NULL,
	`term_total` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `term_counts` (
	`scope_id` text NOT NULL,
	`term` text NOT NULL,
	`chunks` integer NOT NULL,
	PRIMARY KEY(`scope_id`, `term`),
	FOREIGN KEY (`scope_id`) REFERENCES `scopes`(`id`) ON UPDATE no action ON DELETE cascade
);
