CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `assistants` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`system_prompt` text,
	`tools` text,
	`top_k` integer NOT NULL,
	`embedding_provider` text,
	`embedding_model` text,
	`embedding_dims` integer,
	`fact_prompt` text,
	`merge_prompt` text,
	`is_default` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `assistants_by_owner` ON `assistants` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `assistants_by_name` ON `assistants` (`owner_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `assistants_one_default` ON `assistants` (`owner_id`) WHERE is_default;--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`run_id` text,
	`position` integer NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`content` text,
	`metadata` text,
	`tool_calls` text,
	`tool_call_id` text,
	`tool_name` text,
	`reasoning` text,
	`kept_reasoning` text,
	`error` text,
	`provider` text,
	`model` text,
	`input_tokens` integer,
	`output_tokens` integer,
	`cached_input_tokens` integer,
	`cache_write_input_tokens` integer,
	`cost_usd` real,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_by_position` ON `messages` (`thread_id`,`position`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`status` text NOT NULL,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`settings` text NOT NULL,
	`error` text,
	`cancel_requested` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cost_usd` real,
	`lease_until` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_one_live` ON `runs` (`thread_id`) WHERE status = 'in_progress';--> statement-breakpoint
CREATE INDEX `runs_by_thread` ON `runs` (`thread_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `runs_by_lease` ON `runs` (`lease_until`) WHERE status = 'in_progress';--> statement-breakpoint
CREATE TABLE `threads` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`assistant_id` text NOT NULL,
	`title` text,
	`first_user_message` text,
	`message_count` integer NOT NULL,
	`metadata` text,
	`summary` text,
	`summary_until` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`assistant_id`) REFERENCES `assistants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `threads_by_owner` ON `threads` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `threads_by_assistant` ON `threads` (`assistant_id`,`created_at`,`id`);