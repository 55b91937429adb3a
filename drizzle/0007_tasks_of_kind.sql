DROP INDEX "quizzes_owner";--> statement-breakpoint
DROP INDEX "records_owner";--> statement-breakpoint
DROP INDEX "reviews_owner";--> statement-breakpoint
CREATE INDEX "tasks_owner_kind" ON "tasks" USING btree ("owner_id","kind","id");