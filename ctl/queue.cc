#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "common/store/message_json.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

// A second is enough in a list.
std::string ShortTime(WallTime time) {
  return FormatRfc3339(time).substr(0, 19) + "Z";
}

std::string MessageTable(const std::vector<Message>& messages,
                         std::size_t width) {
  Table table({{.title = "ID"},
               {.title = "CREATED", .importance = 1},
               {.title = "TO"},
               {.title = "CLASS", .importance = 3},
               {.title = "STATE"},
               {.title = "PARTS", .importance = 4, .right = true},
               {.title = "TRIES", .importance = 5, .right = true},
               {.title = "MODEM", .importance = 6},
               {.title = "REFERENCE", .importance = 7, .least = 12},
               {.title = "ERROR", .importance = 2, .least = 12}});
  for (const Message& message : messages) {
    table.Add({ToString(message.id), ShortTime(message.created_at),
               message.recipient, std::string(ToString(message.message_class)),
               std::string(ToString(message.state)),
               std::to_string(message.parts), std::to_string(message.attempts),
               message.modem, message.reference, message.error});
  }
  return table.Render(width);
}

std::string Summary(const std::vector<StateCount>& counts) {
  std::vector<std::string> words;
  for (const auto& [state, count] : counts) {
    words.push_back(fmt::format("{} {}", count, ToString(state)));
  }
  if (words.empty()) return "The queue is empty.\n";
  return fmt::format("In the queue: {}.\n", fmt::join(words, ", "));
}

Json QueueJson(const std::vector<Message>& messages,
               const std::vector<StateCount>& counts, bool more) {
  Json json = {
      {"items", Json::array()}, {"next", nullptr}, {"counts", Json::object()}};
  for (const Message& message : messages) {
    json["items"].push_back(MessageItemJson(message));
  }
  if (more) json["next"] = ToString(messages.back().id);
  for (const auto& [state, count] : counts) {
    json["counts"][std::string(ToString(state))] = count;
  }
  return json;
}

std::expected<ListFilter, Failure> MakeFilter(const QueueOptions& options,
                                              Store& store,
                                              RecipientParser& recipients) {
  ListFilter filter{.state = options.state,
                    .limit = options.limit + 1,  // is there more?
                    .after = options.after};
  if (options.after) {
    if (const auto found = store.Find(*options.after); !found) {
      return FailStore({found.error().kind, ToString(*options.after) + ": " +
                                                found.error().message});
    }
  }
  if (options.to.empty()) return filter;
  auto recipient = recipients.Parse(options.to);
  if (!recipient) {
    const bool refused = recipient.error().kind == ErrorKind::kInvalid;
    return Fail(refused ? ExitCode::kRefused : ExitCode::kUnavailable,
                refused ? "invalid_recipient" : "internal",
                "--to: " + recipient.error().message, Json{{"field", "to"}});
  }
  filter.recipient = std::move(*recipient);
  return filter;
}

}  // namespace

Outcome ShowQueue(const QueueOptions& options, Store& store,
                  RecipientParser& recipients, std::size_t width) {
  const auto filter = MakeFilter(options, store, recipients);
  if (!filter) return std::unexpected(filter.error());
  auto messages = store.List(*filter);
  if (!messages) return FailStore(messages.error());
  const auto counts = store.CountByState();
  if (!counts) return FailStore(counts.error());

  const auto limit = static_cast<std::size_t>(options.limit);
  const bool more = messages->size() > limit;
  if (more) messages->resize(limit);
  Report report{.json = QueueJson(*messages, *counts, more)};
  if (!messages->empty()) {
    report.text = MessageTable(*messages, width) + "\n";
  } else if (!counts->empty()) {
    report.text = "No message is like that.\n";
  }
  report.text += Summary(*counts);
  if (more) {
    report.text += fmt::format("More: the same with --after {}\n",
                               ToString(messages->back().id));
  }
  return report;
}

}  // namespace smsweb::ctl
