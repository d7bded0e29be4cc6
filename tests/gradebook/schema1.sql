BEGIN TRANSACTION;
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	student TEXT NOT NULL, 
	assignment TEXT NOT NULL, 
	number INTEGER, 
	submission VARCHAR(64) NOT NULL, 
	submitted_at VARCHAR(40) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	notes TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	claimed_by TEXT, 
	claimed_at FLOAT, 
	graded_at VARCHAR(40), 
	score FLOAT, 
	max_score FLOAT, 
	message TEXT, 
	report TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (student, assignment, number), 
	CONSTRAINT state CHECK (state IN ('received', 'graded', 'error', 'ungradable')), 
	FOREIGN KEY(submission) REFERENCES submissions (sha256)
);
INSERT INTO "attempts" VALUES(1,'alice','backward',1,'dc0fca3607023ceacc90b46761f66f36dad3fda26b2061c0bb4d7a8ba28b318b','2026-11-20T12:00:00+00:00','graded','["Ignored in the folder: x."]',1,NULL,NULL,'2026-11-21T00:00:00+00:00',3.0,5.0,NULL,'{"assignment":"backward","student":"alice","attempt":1,"submission":{"sha256":"dc0fca3607023ceacc90b46761f66f36dad3fda26b2061c0bb4d7a8ba28b318b","files":["engine.py"],"submitted_at":"2026-11-20T12:00:00+00:00"},"graded_at":"2026-11-21T00:00:00+00:00","score":3.0,"max_score":5.0,"outcome":"failed","checks":[{"name":"adds","task":"2.1","title":"Adds up","outcome":"failed","score":0.0,"max_score":2.0,"hidden":true,"seconds":0.5,"findings":[{"plugin":"gradients","message":"x.grad is 1.0","expected":"2.0","actual":"1.0","help":"Add.","location":{"file":"engine.py","line":3,"name":""},"sid":7,"comparison":null,"kind":""}],"program":"x = 1","diagnosis":{"name":"assigns","explanation":"As one does"},"smallest":false,"graph":null}],"isolation":{"level":"strong","walls":["seccomp"]},"engine":{"name":"refgrad","version":"0.1"},"suite":{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","seed":0},"environment":{"python":"3.11","numpy":"2.1","platform":"Linux"},"notes":[],"provisional":false,"schema":"gradlab/report/1"}');
INSERT INTO "attempts" VALUES(2,'alice','backward',NULL,'88bd4b27895d2ac7e96bf807da2ef0d6a3011bdfd2bbf539a79e34054d237a75','2026-11-20T12:00:00+00:00','error','[]',1,NULL,NULL,NULL,NULL,NULL,'InternalError: oh',NULL);
INSERT INTO "attempts" VALUES(3,'älice','backward',NULL,'27cfd9bc0f3dd8cf8f6a8b084eef7bfb20ace6ca016d26ee8e77aa45f1299d8e','2026-11-20T12:00:00+00:00','ungradable','[]',1,NULL,NULL,NULL,NULL,NULL,'It is an essay.',NULL);
INSERT INTO "attempts" VALUES(4,'bob','zero_grad',1,'dc0fca3607023ceacc90b46761f66f36dad3fda26b2061c0bb4d7a8ba28b318b','2026-11-20T12:00:00+00:00','received','[]',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "attempts" VALUES(5,'bob','zero_grad',2,'75b331d6a0484b46a85c99f6b6459721a8c1ecc88dd5ad28f4033d18f9d97a2b','2026-11-20T12:00:00+00:00','received','[]',1,'{"host": "vm", "pid": 28999, "space": "19a51d20-4c81-42ba-be6f-efb5d0cb5ec7/pid:[4026531836]", "started": "1299310"}',1.79576409314231944091e+09,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE blobs (
	sha256 VARCHAR(64) NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "blobs" VALUES('9e26bf369911c45c243c684147b23fc9e1dcfcf257d299a1c632016a6fcd33f4',X'78203D20310A');
INSERT INTO "blobs" VALUES('4205c4809ab1b080fd32b6bf9640e5feaa6d1b69bf9fa684954ab710157ec141',X'78203D20320A');
INSERT INTO "blobs" VALUES('06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8',X'00FF');
INSERT INTO "blobs" VALUES('b82e2178ecf4d0c5859dc2e169d7fed8673f9f6eeb9f3591bed5f253b7742408',X'686D');
INSERT INTO "blobs" VALUES('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',X'');
CREATE TABLE gradlab_info (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "gradlab_info" VALUES('schema','1');
CREATE TABLE submission_files (
	submission VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	blob VARCHAR(64) NOT NULL, 
	PRIMARY KEY (submission, name), 
	FOREIGN KEY(submission) REFERENCES submissions (sha256), 
	FOREIGN KEY(blob) REFERENCES blobs (sha256)
);
INSERT INTO "submission_files" VALUES('dc0fca3607023ceacc90b46761f66f36dad3fda26b2061c0bb4d7a8ba28b318b','engine.py','9e26bf369911c45c243c684147b23fc9e1dcfcf257d299a1c632016a6fcd33f4');
INSERT INTO "submission_files" VALUES('88bd4b27895d2ac7e96bf807da2ef0d6a3011bdfd2bbf539a79e34054d237a75','engine.py','4205c4809ab1b080fd32b6bf9640e5feaa6d1b69bf9fa684954ab710157ec141');
INSERT INTO "submission_files" VALUES('88bd4b27895d2ac7e96bf807da2ef0d6a3011bdfd2bbf539a79e34054d237a75','own.py','06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8');
INSERT INTO "submission_files" VALUES('27cfd9bc0f3dd8cf8f6a8b084eef7bfb20ace6ca016d26ee8e77aa45f1299d8e','essay.txt','b82e2178ecf4d0c5859dc2e169d7fed8673f9f6eeb9f3591bed5f253b7742408');
INSERT INTO "submission_files" VALUES('75b331d6a0484b46a85c99f6b6459721a8c1ecc88dd5ad28f4033d18f9d97a2b','engine.py','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
CREATE TABLE submissions (
	sha256 VARCHAR(64) NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "submissions" VALUES('dc0fca3607023ceacc90b46761f66f36dad3fda26b2061c0bb4d7a8ba28b318b');
INSERT INTO "submissions" VALUES('88bd4b27895d2ac7e96bf807da2ef0d6a3011bdfd2bbf539a79e34054d237a75');
INSERT INTO "submissions" VALUES('27cfd9bc0f3dd8cf8f6a8b084eef7bfb20ace6ca016d26ee8e77aa45f1299d8e');
INSERT INTO "submissions" VALUES('75b331d6a0484b46a85c99f6b6459721a8c1ecc88dd5ad28f4033d18f9d97a2b');
CREATE INDEX attempts_by_state ON attempts (state);
COMMIT;
