-- Every term begins with its scope, so that looking one up reads what its scope holds and no more.
DROP TRIGGER `chunk_terms_insert`;
--> statement-breakpoint
DROP TABLE `chunk_terms`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `chunk_terms` USING fts5(
	terms,
	content='',
	contentless_delete=1,
	detail='none',
	tokenize='ascii'
);
--> statement-breakpoint
CREATE TRIGGER `chunk_terms_insert` AFTER INSERT ON `chunks` BEGIN
	INSERT INTO chunk_terms (rowid, terms) VALUES (
		new.key,
		replace(new.scope_id, '-', '') || replace(new.terms, ' ', ' ' || replace(new.scope_id, '-', ''))
	);
END;
--> statement-breakpoint
INSERT INTO chunk_terms (rowid, terms) SELECT
	key,
	replace(scope_id, '-', '') || replace(terms, ' ', ' ' || replace(scope_id, '-', ''))
FROM chunks;
--> statement-breakpoint
DROP TRIGGER `memory_index_insert`;
--> statement-breakpoint
DROP TRIGGER `memory_index_status`;
--> statement-breakpoint
DROP TABLE `memory_index`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `memory_index` USING fts5(
	terms,
	content='',
	contentless_delete=1,
	detail='none',
	tokenize='ascii'
);
--> statement-breakpoint
CREATE TRIGGER `memory_index_insert` AFTER INSERT ON `memories` BEGIN
	INSERT INTO memory_index (rowid, terms) VALUES (
		new.key,
		iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', '') || replace(new.terms, ' ', ' ' || iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', ''))
	);
END;
--> statement-breakpoint
CREATE TRIGGER `memory_index_status` AFTER UPDATE OF `status` ON `memories` BEGIN
	DELETE FROM memory_index WHERE rowid = old.key;
	INSERT INTO memory_index (rowid, terms) VALUES (
		new.key,
		iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', '') || replace(new.terms, ' ', ' ' || iif(new.status = 'active', 'a', 'g') || replace(new.assistant_id, '-', ''))
	);
END;
--> statement-breakpoint
INSERT INTO memory_index (rowid, terms) SELECT
	key,
	iif(status = 'active', 'a', 'g') || replace(assistant_id, '-', '') || replace(terms, ' ', ' ' || iif(status = 'active', 'a', 'g') || replace(assistant_id, '-', ''))
FROM memories;
