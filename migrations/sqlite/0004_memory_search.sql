-- As for passages. Versions that are not active any more stay findable, under a scope of their own.
CREATE VIRTUAL TABLE `memory_index` USING fts5(
	scope,
	terms,
	content='',
	contentless_delete=1,
	detail='column',
	tokenize='ascii'
);
--> statement-breakpoint
CREATE TRIGGER `memory_index_insert` AFTER INSERT ON `memories` BEGIN
	INSERT INTO memory_index (rowid, scope, terms) VALUES (
		new.key,
		iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', ''),
		new.terms
	);
END;
--> statement-breakpoint
CREATE TRIGGER `memory_index_status` AFTER UPDATE OF `status` ON `memories` BEGIN
	DELETE FROM memory_index WHERE rowid = old.key;
	INSERT INTO memory_index (rowid, scope, terms) VALUES (
		new.key,
		iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', ''),
		new.terms
	);
END;
--> statement-breakpoint
CREATE TRIGGER `memory_index_delete` AFTER DELETE ON `memories` BEGIN
	DELETE FROM memory_index WHERE rowid = old.key;
END;
