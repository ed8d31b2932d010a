DROP INDEX `documents_to_do`;--> statement-breakpoint
CREATE INDEX `documents_to_do` ON `documents` (`status`,`retry_at`,`created_at`) WHERE status in ('pending', 'processing', 'deleting');