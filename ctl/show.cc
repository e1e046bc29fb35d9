#include <fmt/format.h>

#include <utility>

#include "common/pdu/delivery_status.h"
#include "common/store/message_json.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::string_view Meaning(MessageState state) {
  switch (state) {
    case MessageState::kQueued:
      return "waits for its time and a modem";
    case MessageState::kSending:
      return "smswebd holds it";
    case MessageState::kSent:
      return "the network took every part";
    case MessageState::kUnknown:
      return "it left the modem's line, and no answer came, in this try or an "
             "earlier one: it may have gone";
    case MessageState::kDelivered:
      return "the phone has it";
    case MessageState::kUndelivered:
      return "the network gave it up";
    case MessageState::kFailed:
      return "it was refused, and was not sent, or not whole";
    case MessageState::kExpired:
      return "its life ended first: it was not sent, or not whole";
    case MessageState::kCancelled:
      return "it was called back in time";
  }
  return "";
}

std::string NumberOrNothing(int number) {
  return number >= 0 ? std::to_string(number) : "";
}

std::string Fields(const Message& message) {
  std::string out = Field("id", ToString(message.id));
  out += Field("state", fmt::format("{} ({})", ToString(message.state),
                                    Meaning(message.state)));
  out += Field("error", message.error);
  out += Field("to", message.recipient);
  out += Field("class", ToString(message.message_class));
  out += Field("reference", message.reference);
  out += Field("parts", std::to_string(message.parts));
  out += Field("encoding", message.coding);
  if (message.report) out += Field("report", "asked for");
  out += Field("attempts", std::to_string(message.attempts));
  out += Field("modem", message.modem);
  out += Field("created", FormatRfc3339(message.created_at));
  if (message.not_before > message.created_at) {
    out += Field("not before", FormatRfc3339(message.not_before));
  }
  out += Field("expires", FormatRfc3339(message.expires_at));
  out += Field("updated", FormatRfc3339(message.updated_at));
  return out;
}

// With TP-ST in hex, as 3GPP TS 23.040 § 9.2.3.15 lists it by bits.
std::string ReportText(const Part& part) {
  if (part.report_status < 0) return "";
  return fmt::format("{} ({:02X}h)",
                     ToString(ReadDeliveryStatus(part.report_status)),
                     part.report_status);
}

std::string PartTable(const Message& message) {
  if (message.part_records.empty()) return "";
  Table table({{.title = "PART", .right = true},
               {.title = "STATE"},
               {.title = "MODEM"},
               {.title = "TP-MR", .right = true},
               {.title = "CMS ERROR", .importance = 1, .right = true},
               {.title = "SUBMITTED"},
               {.title = "REPORT"},
               {.title = "REPORTED"}});
  for (const Part& part : message.part_records) {
    table.Add({std::to_string(part.number), std::string(ToString(part.state)),
               part.modem, NumberOrNothing(part.message_reference),
               NumberOrNothing(part.error_code),
               FormatRfc3339(part.intended_at), ReportText(part),
               part.report_status < 0 ? "" : FormatRfc3339(part.reported_at)});
  }
  return "\n" + table.Render(0);
}

bool IsSealed(const Message& message) {
  return !message.seal.empty() && !message.text.empty();
}

}  // namespace

Outcome Show(const ShowOptions& options, Store& store) {
  const auto message = store.Find(options.id);
  if (!message) {
    const Error& error = message.error();
    return FailStore({error.kind, ToString(options.id) + ": " + error.message});
  }
  Report report{.text = Fields(*message) + PartTable(*message),
                .json = MessageJson(*message)};
  if (options.text && IsSealed(*message)) {
    report.json["text"] = nullptr;
    AddNote(report, "its text has a code of a verification, and is sealed");
  } else if (options.text) {
    report.text += "\n" + Printable(message->text, /*lines=*/true) + "\n";
    report.json["text"] = message->text;
  }
  return report;
}

}  // namespace smsweb::ctl
