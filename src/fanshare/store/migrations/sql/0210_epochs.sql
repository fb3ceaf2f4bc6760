-- A statement names every change of the log's key. Without this it read the whole log to find the few leaves that say so.
CREATE INDEX log_leaf_epoch ON log_leaf (programme_id, index) WHERE kind = 'epoch';
