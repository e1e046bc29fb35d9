#include <fmt/format.h>

#include <utility>
#include <vector>

#include "common/store/inbound_json.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::string PartsText(const InboundMessage& message) {
  if (message.Complete()) return std::to_string(message.parts);
  return fmt::format("{} of {}", message.parts_received, message.parts);
}

// One line; data says that it is some.
std::string TextOf(const InboundMessage& message) {
  if (!IsData(message)) return message.text;
  return fmt::format("({}) {}", message.coding, message.text);
}

std::string InboxTable(const std::vector<InboundMessage>& messages,
                       std::size_t width) {
  Table table({{.title = "ID"},
               {.title = "RECEIVED", .importance = 2},
               {.title = "FROM"},
               {.title = "MODEM", .importance = 3},
               {.title = "PARTS", .importance = 4, .right = true},
               {.title = "TEXT", .importance = 1, .least = 16}});
  for (const auto& message : messages) {
    table.Add({ToString(message.id),
               FormatRfc3339(message.received_at).substr(0, 19) + "Z",
               message.sender, message.modem, PartsText(message),
               TextOf(message)});
  }
  return table.Render(width);
}

Outcome ShowOne(const Uuid& id, Store& store) {
  const auto message = store.FindInbound(id);
  if (!message) {
    const Error& error = message.error();
    return FailStore({error.kind, ToString(id) + ": " + error.message});
  }
  std::string text = Field("id", ToString(message->id));
  text += Field("from", message->sender);
  text += Field("modem", message->modem);
  text += Field("parts", PartsText(*message));
  text += Field("encoding", message->coding);
  if (message->port >= 0) text += Field("port", std::to_string(message->port));
  text += Field("sent", FormatRfc3339(message->sent_at));
  text += Field("received", FormatRfc3339(message->received_at));
  text += "\n" + Printable(message->text, /*lines=*/true) + "\n";
  return Report{.text = std::move(text), .json = InboundJson(*message)};
}

// A number however it is written; what is none is a short code or a name.
std::string SenderOf(const std::string& typed, RecipientParser& recipients) {
  if (typed.empty()) return typed;
  return recipients.Parse(typed).value_or(typed);
}

}  // namespace

Outcome ShowInbox(const InboxOptions& options, Store& store,
                  RecipientParser& recipients, std::size_t width) {
  if (options.id) return ShowOne(*options.id, store);
  if (options.after) {
    if (const auto found = store.FindInbound(*options.after); !found) {
      return FailStore({found.error().kind, ToString(*options.after) + ": " +
                                                found.error().message});
    }
  }
  auto messages = store.Inbox({.sender = SenderOf(options.from, recipients),
                               .limit = options.limit + 1,  // is there more?
                               .after = options.after});
  if (!messages) return FailStore(messages.error());
  const auto limit = static_cast<std::size_t>(options.limit);
  const bool more = messages->size() > limit;
  if (more) messages->resize(limit);
  Report report{.json = {{"items", Json::array()}, {"next", nullptr}}};
  for (const auto& message : *messages) {
    report.json["items"].push_back(InboundJson(message));
  }
  report.text = messages->empty() ? "Nothing was received.\n"
                                  : InboxTable(*messages, width);
  if (messages->empty() && (!options.from.empty() || options.after)) {
    report.text = "No message is like that.\n";
  }
  if (more) {
    report.json["next"] = ToString(messages->back().id);
    report.text += fmt::format("More: the same with --after {}\n",
                               ToString(messages->back().id));
  }
  return report;
}

}  // namespace smsweb::ctl
