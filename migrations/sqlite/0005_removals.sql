-- Foreign keys are off while migrations run, so dropping the old table takes no passages with it.
-- What is indexed has all its terms counted, however many they are.
CREATE TABLE `removals` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `__new_documents` (
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
	`counted` integer,
	`attempts` integer NOT NULL,
	`lease_until` integer,
	`retry_at` integer,
	`processing_started_at` integer,
	`processing_completed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_documents`("id", "owner_id", "assistant_id", "thread_id", "message_id", "filename", "media_type", "blob_key", "size_bytes", "status", "status_message", "summary", "total_tokens", "chunk_count", "counted", "attempts", "lease_until", "retry_at", "processing_started_at", "processing_completed_at", "created_at", "updated_at") SELECT "id", "owner_id", "assistant_id", "thread_id", "message_id", "filename", "media_type", "blob_key", "size_bytes", "status", "status_message", "summary", "total_tokens", "chunk_count", CASE WHEN "status" = 'indexed' THEN 2147483647 END, "attempts", "lease_until", "retry_at", "processing_started_at", "processing_completed_at", "created_at", "updated_at" FROM `documents`;--> statement-breakpoint
DROP TABLE `documents`;--> statement-breakpoint
ALTER TABLE `__new_documents` RENAME TO `documents`;--> statement-breakpoint
CREATE INDEX `documents_by_assistant` ON `documents` (`assistant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `documents_by_thread` ON `documents` (`thread_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `documents_to_do` ON `documents` (`created_at`) WHERE status in ('pending', 'processing', 'deleting');