// Two people changed one record: says who, what was taken over, and lets one choose where both changed the same field.
import { MessageBar, MessageBarBody, MessageBarTitle, ToggleButton } from "@fluentui/react-components";
import type { AnyRecord } from "../api/records";
import { texts } from "../texts";
import type { FieldDef, ResourceDef } from "./definitions";
import { draftOf, sameValue, wireValue, type Draft, type Merge } from "./draft";
import { Whole } from "./values";
import { useState } from "react";

interface Props {
  def: ResourceDef;
  merge: Merge & { theirs: AnyRecord };
  draft: Draft;
  onChoose: (field: FieldDef, value: unknown) => void;
}

export function ConflictBar({ def, merge, draft, onChoose }: Props) {
  const theirs = draftOf(def, merge.theirs);
  const [mine] = useState(merge.draft);
  const names = (fields: FieldDef[]) => fields.map((field) => texts.fields[field.name]).join(", ");
  return (
    <MessageBar intent="warning" layout="multiline" className="conflict" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{texts.record.conflict.title(merge.theirs.changed_by.name)}</MessageBarTitle>
        {merge.both.length > 0 ? texts.record.conflict.detail : texts.record.conflict.noOverlap}{" "}
        {merge.onlyTheirs.length > 0 && texts.record.conflict.onlyTheirs(names(merge.onlyTheirs))}
        {merge.both.length > 0 && (
          <table className="conflict-table">
            <thead>
              <tr>
                <th scope="col">{texts.record.conflict.field}</th>
                <th scope="col">{texts.record.conflict.mine}</th>
                <th scope="col">{texts.record.conflict.theirs}</th>
              </tr>
            </thead>
            <tbody>
              {merge.both.map((field) => {
                const now = wireValue(field, draft[field.name]);
                const option = (label: string, value: unknown) => (
                  <ToggleButton
                    className="conflict-choice"
                    checked={sameValue(now, wireValue(field, value))}
                    aria-label={`${texts.fields[field.name]}: ${label}`}
                    onClick={() => onChoose(field, value)}
                  >
                    <Whole kind={field.kind} value={value} record={merge.theirs} />
                    {(value === null || (Array.isArray(value) && value.length === 0)) && <em>{texts.timeline.cleared}</em>}
                  </ToggleButton>
                );
                return (
                  <tr key={field.name}>
                    <th scope="row">{texts.fields[field.name]}</th>
                    <td>{option(texts.record.conflict.mine, mine[field.name])}</td>
                    <td>{option(texts.record.conflict.theirs, theirs[field.name])}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}
