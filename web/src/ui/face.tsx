// The small picture of a record: initials for people, an icon for everything else.
import { Avatar } from "@fluentui/react-components";
import type { RecordType } from "../api/records";
import { resourceOf } from "../api/records";
import { initials } from "../format";
import { RESOURCES } from "../records/definitions";

export function Face(props: { name: string; type?: RecordType; size?: 20 | 24 | 28 | 32 | 40 | 48 | 56 | 64 }) {
  const { name, type = "person", size = 24 } = props;
  if (type === "person" || type === "lead")
    return <Avatar name={name} initials={initials(name)} color="colorful" size={size} aria-hidden />;
  const Icon = RESOURCES[resourceOf(type)].IconFilled;
  return <Avatar shape="square" size={size} icon={<Icon />} className={`face face-${type}`} aria-hidden />;
}
