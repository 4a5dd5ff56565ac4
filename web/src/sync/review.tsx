// A contact that may be several people: the contact, the people, and a person's word.
import { Badge, Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, MessageBar, MessageBarBody, Radio, RadioGroup } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../api/client";
import { answerReview, reviewQuery, type PersonCard, type Review } from "../api/trust";
import { RecordLink } from "../records/values";
import { texts } from "../texts";
import { trustTexts } from "../texts-trust";
import { useNotices } from "../ui/notice";
import { LoadingRows } from "../ui/states";

const words = trustTexts.review;
const APART = "apart";

export function ReviewButton({ issueId }: { issueId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" appearance="primary" onClick={() => setOpen(true)}>
        {words.button}
      </Button>
      <Dialog open={open} onOpenChange={(_, data) => setOpen(data.open)}>
        <DialogSurface className="review-dialog" aria-label={words.title}>{open && <Question issueId={issueId} onClose={() => setOpen(false)} />}</DialogSurface>
      </Dialog>
    </>
  );
}

function Question({ issueId, onClose }: { issueId: string; onClose: () => void }) {
  const review = useQuery(reviewQuery(issueId));
  const [chosen, setChosen] = useState<string>();
  const queries = useQueryClient();
  const notices = useNotices();
  const answer = useMutation({
    mutationFn: (choice: string) => answerReview(issueId, choice === APART ? { keep_apart: true } : { link_to: choice }),
    onSuccess: () => {
      notices.done(words.answered);
      void queries.invalidateQueries({ queryKey: ["issues"] });
      onClose();
    },
    onError: (error) => notices.failed(error),
  });
  return (
    <DialogBody>
      <DialogTitle>{words.title}</DialogTitle>
      <DialogContent>
        {review.isPending ? (
          <LoadingRows rows={4} />
        ) : review.isError ? (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{messageOf(review.error)}</MessageBarBody>
          </MessageBar>
        ) : (
          <Choices review={review.data} chosen={chosen} onChoose={setChosen} />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{texts.words.cancel}</Button>
        <Button appearance="primary" disabledFocusable={!chosen || answer.isPending} onClick={() => chosen && answer.mutate(chosen)}>
          {words.decide}
        </Button>
      </DialogActions>
    </DialogBody>
  );
}

function Choices({ review, chosen, onChoose }: { review: Review; chosen?: string; onChoose: (choice: string) => void }) {
  return (
    <>
      <section className="review-contact" aria-label={words.inMailbox}>
        <h3>{words.inMailbox}</h3>
        <p className="review-name">{review.contact.name || texts.words.unnamed}</p>
        <Facts card={review.contact} />
      </section>
      <h3 id="review-who">{words.who}</h3>
      <RadioGroup className="review-choices" value={chosen ?? ""} onChange={(_, data) => onChoose(data.value)} aria-labelledby="review-who">
        {review.candidates.map((each) => (
          <div key={each.record.id} className="review-choice">
            <Radio value={each.record.id} disabled={each.taken} label={each.name || each.record.name || texts.words.unnamed} />
            {each.taken && <Badge appearance="tint">{words.taken}</Badge>}
            <Facts card={each} />
            <RecordLink value={{ ...each.record, name: words.open }} />
          </div>
        ))}
        <div className="review-choice">
          <Radio value={APART} label={words.apart} />
          <p className="review-facts">{words.apartHint}</p>
        </div>
      </RadioGroup>
    </>
  );
}

function Facts({ card }: { card: PersonCard }) {
  const facts = [card.job_title, card.company, ...card.emails, ...card.phones].filter(Boolean);
  return <p className="review-facts">{facts.join(" · ") || words.nothingElse}</p>;
}
