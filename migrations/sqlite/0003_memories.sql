CREATE TABLE `memories` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`version` integer NOT NULL,
	`owner_id` text NOT NULL,
	`assistant_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`status` text NOT NULL,
	`content` text NOT NULL,
	`hash` text NOT NULL,
	`metadata` text,
	`terms` text NOT NULL,
	`length` integer NOT NULL,
	`embedded` integer NOT NULL,
	`said_at` integer NOT NULL,
	`valid_from` integer NOT NULL,
	`valid_to` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`event` text NOT NULL,
	`origin` text NOT NULL,
	`model` text,
	`reason` text NOT NULL,
	`thread_id` text,
	`message_id` text,
	`session` text,
	`operation_id` text,
	`end_event` text,
	`end_origin` text,
	`end_reason` text,
	`end_operation_id` text,
	FOREIGN KEY (`assistant_id`) REFERENCES `assistants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `memories_by_version` ON `memories` (`id`,`version`);--> statement-breakpoint
CREATE UNIQUE INDEX `memories_one_active` ON `memories` (`id`) WHERE status = 'active';--> statement-breakpoint
CREATE INDEX `memories_by_hash` ON `memories` (`assistant_id`,`hash`) WHERE status = 'active';--> statement-breakpoint
CREATE INDEX `memories_by_ordinal` ON `memories` (`assistant_id`,`ordinal`);--> statement-breakpoint
CREATE INDEX `memories_newest` ON `memories` (`assistant_id`,`created_at`,`key`) WHERE status = 'active';--> statement-breakpoint
CREATE INDEX `memories_to_embed` ON `memories` (`assistant_id`,`key`) WHERE not embedded and status = 'active';--> statement-breakpoint
CREATE TABLE `memory_labels` (
	`memory_key` integer NOT NULL,
	`assistant_id` text NOT NULL,
	`path` text NOT NULL,
	`value` text NOT NULL,
	FOREIGN KEY (`memory_key`) REFERENCES `memories`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `memory_labels_by_value` ON `memory_labels` (`assistant_id`,`path`,`value`,`memory_key`);--> statement-breakpoint
CREATE INDEX `memory_labels_by_memory` ON `memory_labels` (`memory_key`);--> statement-breakpoint
CREATE TABLE `memory_operations` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`assistant_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`run_id` text,
	`user_message_id` text NOT NULL,
	`answer_message_id` text,
	`provider` text,
	`model` text,
	`status` text NOT NULL,
	`status_message` text,
	`results` text,
	`attempts` integer NOT NULL,
	`lease_until` integer,
	`retry_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`assistant_id`) REFERENCES `assistants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `memory_operations_to_do` ON `memory_operations` (`assistant_id`,`created_at`,`id`) WHERE status = 'IN_PROGRESS';--> statement-breakpoint
CREATE INDEX `memory_operations_by_run` ON `memory_operations` (`run_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `memory_operations_one_leased` ON `memory_operations` (`assistant_id`) WHERE status = 'IN_PROGRESS' and lease_until is not null;--> statement-breakpoint
CREATE TABLE `memory_scopes` (
	`assistant_id` text PRIMARY KEY NOT NULL,
	`total` integer NOT NULL,
	`term_total` integer NOT NULL,
	`last_ordinal` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`assistant_id`) REFERENCES `assistants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `memory_terms` (
	`assistant_id` text NOT NULL,
	`term` text NOT NULL,
	`memories` integer NOT NULL,
	PRIMARY KEY(`assistant_id`, `term`),
	FOREIGN KEY (`assistant_id`) REFERENCES `memory_scopes`(`assistant_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `memory_vectors` (
	`memory_key` integer NOT NULL,
	`space` text NOT NULL,
	`vector` blob NOT NULL,
	PRIMARY KEY(`memory_key`, `space`),
	FOREIGN KEY (`memory_key`) REFERENCES `memories`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `assistants` ADD `cloning_until` integer;--> statement-breakpoint
CREATE INDEX `assistants_cloning` ON `assistants` (`cloning_until`) WHERE cloning_until is not null;