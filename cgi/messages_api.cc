#include "cgi/messages_api.h"

#include <fmt/format.h>

#include <expected>
#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/form.h"
#include "cgi/paging.h"
#include "cgi/store_problem.h"
#include "common/store/batch_json.h"
#include "common/store/message_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

Response NoId() {
  return Problem(404, "message_not_found",
                 "an id is a UUID, as the answer to a new message has it");
}

std::expected<ListFilter, Response> ReadFilter(const std::string& query,
                                               Store& store,
                                               RecipientParser& recipients) {
  const Form form = Form::Parse(query);
  if (auto problem =
          RefuseOtherNames(form, {"state", "to", "limit", "after"})) {
    return std::unexpected(std::move(*problem));
  }
  const auto paging = ReadPaging(form, [&](const Uuid& id) -> Result<void> {
    const auto found = store.Find(id);
    if (!found) return std::unexpected(found.error());
    return {};
  });
  if (!paging) return std::unexpected(paging.error());
  ListFilter filter{.limit = paging->limit, .after = paging->after};
  if (const auto text = form.Find("state")) {
    filter.state = ParseMessageState(*text);
    if (!filter.state) {
      return std::unexpected(FieldProblem("out_of_range", "state",
                                          "state takes a state of messages"));
    }
  }
  if (auto to = form.Find("to")) {
    // A '+' that was not escaped arrives as a space.
    if (to->starts_with(' ')) (*to)[0] = '+';
    auto recipient = recipients.Parse(*to);
    if (!recipient && recipient.error().kind != ErrorKind::kInvalid) {
      return std::unexpected(
          Problem(500, "internal", recipient.error().message));
    }
    if (!recipient) {
      return std::unexpected(
          FieldProblem("invalid_recipient", "to", recipient.error().message));
    }
    filter.recipient = std::move(*recipient);
  }
  return filter;
}

std::expected<Message, Response> FindOwn(std::string_view id,
                                         const std::optional<std::string>& only,
                                         Store& store) {
  const auto uuid = ParseUuid(id);
  if (!uuid) return std::unexpected(NoId());
  auto message = store.Find(*uuid);
  if (message && only && message->client != *only) {
    message = Fail(ErrorKind::kNotFound, "no message has this id");
  }
  if (message) return std::move(*message);
  return std::unexpected(LookupProblem(message.error(), "message_not_found"));
}

}  // namespace

Response ListMessages(const Request& request,
                      const std::optional<std::string>& only, Store& store,
                      RecipientParser& recipients) {
  auto filter = ReadFilter(request.query, store, recipients);
  if (!filter) return std::move(filter.error());
  const int limit = filter->limit++;
  filter->client = only;
  auto messages = store.List(*filter);
  if (!messages) return StoreProblem(messages.error());
  return PageOf(std::move(*messages), limit, MessageItemJson);
}

Response ShowMessage(std::string_view id,
                     const std::optional<std::string>& only, Store& store) {
  const auto message = FindOwn(id, only, store);
  if (!message) return message.error();
  return JsonResponse(200, MessageJson(*message));
}

Response CancelMessage(std::string_view id,
                       const std::optional<std::string>& only, Store& store,
                       WallTime now, const std::function<void()>& ring) {
  if (only) {  // what is another's is not touched
    if (const auto own = FindOwn(id, only, store); !own) return own.error();
  }
  const auto uuid = ParseUuid(id);
  if (!uuid) return NoId();
  const auto outcome = store.Cancel(*uuid, now);
  if (!outcome) return LookupProblem(outcome.error(), "message_not_found");
  const Message& message = outcome->message;
  if (outcome->cancelled) ring();
  if (WasCancelled(message)) return JsonResponse(200, MessageJson(message));
  return Problem(
      409, "too_late",
      fmt::format("it is {}, and nothing was changed", ToString(message.state)),
      Json{{"state", ToString(message.state)}});
}

Response ShowBatch(const Request& request, std::string_view id,
                   const std::optional<std::string>& only, Store& store) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  const auto uuid = ParseUuid(id);
  if (!uuid) {
    return Problem(404, "batch_not_found",
                   "an id is a UUID, as the answer to many recipients has it");
  }
  auto batch = store.FindBatch(*uuid);
  if (batch && only && batch->client != *only) {
    batch = Fail(ErrorKind::kNotFound, "no batch has this id");
  }
  if (!batch) return LookupProblem(batch.error(), "batch_not_found");
  return JsonResponse(200, BatchJson(*batch));
}

}  // namespace smsweb
