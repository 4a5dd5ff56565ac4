// Emails with their bodies, and the outbox.
import { queryOptions } from "@tanstack/react-query";
import { client, take, type Schemas } from "./client";
import { withToken } from "./session";

export type EmailDetail = Schemas["EmailDetail"];
export type OutboxCreate = Schemas["OutboxCreate"];
export type OutboxMessage = Schemas["OutboxMessage"];

export function emailQuery(id: string) {
  return queryOptions({
    queryKey: ["record", id, "email"] as const,
    queryFn: ({ signal }) => take(client.GET("/api/v1/emails/{id}", { params: { path: { id } }, signal })),
    staleTime: 60_000,
  });
}

export function narrowEmail(id: string, shown: Schemas["Shown"]): Promise<EmailDetail> {
  return take(client.PATCH("/api/v1/emails/{id}", { params: { ...withToken, path: { id } }, body: { shown } }));
}

export function attachmentUrl(emailId: string, attachmentId: string): string {
  return `/api/v1/emails/${encodeURIComponent(emailId)}/attachments/${encodeURIComponent(attachmentId)}`;
}

export function originalUrl(emailId: string): string {
  return `/api/v1/emails/${encodeURIComponent(emailId)}/original`;
}

// Pictures of the message itself are given to the frame as data: it may not load anything, not even from us.
export async function attachmentAsData(emailId: string, attachment: Schemas["Attachment"]): Promise<string | null> {
  const answer = await fetch(attachmentUrl(emailId, attachment.id), { credentials: "same-origin" });
  if (!answer.ok) return null;
  const blob = await answer.blob();
  if (!/^image\/(png|jpeg|gif|webp)$/.test(blob.type)) return null;
  return await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(blob);
  });
}

export function sendEmail(body: OutboxCreate): Promise<OutboxMessage> {
  return take(client.POST("/api/v1/emails/outbox", { params: withToken, body }));
}

export function outboxQuery(recordId: string) {
  return queryOptions({
    queryKey: ["outbox", recordId] as const,
    queryFn: ({ signal }) =>
      take(client.GET("/api/v1/emails/outbox", { params: { query: { record_id: recordId, limit: 20 } }, signal })),
    staleTime: 10_000,
  });
}
