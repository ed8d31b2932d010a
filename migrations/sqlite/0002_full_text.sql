-- Terms come stemmed and split; the tokenizer only has to leave them as they are.
CREATE VIRTUAL TABLE `chunk_terms` USING fts5(
	scope,
	terms,
	content='',
	contentless_delete=1,
	detail='column',
	tokenize='ascii'
);
--> statement-breakpoint
CREATE TRIGGER `chunk_terms_insert` AFTER INSERT ON `chunks` BEGIN
	INSERT INTO chunk_terms (rowid, scope, terms) VALUES (new.key, replace(new.scope_id, '-', ''), new.terms);
END;
--> statement-breakpoint
CREATE TRIGGER `chunk_terms_delete` AFTER DELETE ON `chunks` BEGIN
	DELETE FROM chunk_terms WHERE rowid = old.key;
END;
