#include "cgi/inbox_api.h"

#include <expected>
#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/form.h"
#include "cgi/paging.h"
#include "cgi/store_problem.h"
#include "common/store/inbound_json.h"

namespace smsweb {
namespace {

std::expected<InboxFilter, Response> ReadFilter(const std::string& query,
                                                Store& store) {
  const Form form = Form::Parse(query);
  if (auto problem = RefuseOtherNames(form, {"from", "limit", "after"})) {
    return std::unexpected(std::move(*problem));
  }
  const auto paging = ReadPaging(form, [&](const Uuid& id) -> Result<void> {
    const auto found = store.FindInbound(id);
    if (!found) return std::unexpected(found.error());
    return {};
  });
  if (!paging) return std::unexpected(paging.error());
  InboxFilter filter;
  filter.sender = form.Find("from").value_or("");
  filter.limit = paging->limit;
  filter.after = paging->after;
  // A '+' that was not escaped arrives as a space.
  if (filter.sender.starts_with(' ')) filter.sender[0] = '+';
  return filter;
}

}  // namespace

Response ListInbox(const Request& request, Store& store) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  auto filter = ReadFilter(request.query, store);
  if (!filter) return std::move(filter.error());
  const int limit = filter->limit++;
  auto messages = store.Inbox(*filter);
  if (!messages) return StoreProblem(messages.error());
  return PageOf(std::move(*messages), limit, InboundJson);
}

Response ShowInbound(const Request& request, std::string_view id,
                     Store& store) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  const auto uuid = ParseUuid(id);
  if (!uuid) {
    return Problem(404, "message_not_found",
                   "an id is a UUID, as the list of the inbox has it");
  }
  const auto message = store.FindInbound(*uuid);
  if (message) return JsonResponse(200, InboundJson(*message));
  return LookupProblem(message.error(), "message_not_found");
}

}  // namespace smsweb
