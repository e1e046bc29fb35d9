#include "cgi/inbox_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>
#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/form.h"
#include "common/store/inbound_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLargestPage = 1000;

std::unexpected<Response> OutOfRange(std::string_view field,
                                     std::string_view detail) {
  return std::unexpected(FieldProblem("out_of_range", field, detail));
}

std::expected<int, Response> ReadLimit(const std::string& text) {
  int limit = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 1 ||
      limit > kLargestPage) {
    return OutOfRange("limit",
                      fmt::format("limit takes 1 to {}", kLargestPage));
  }
  return limit;
}

// Where the page before has ended. One that is not there is no end of the list.
std::expected<Uuid, Response> ReadAfter(const std::string& text, Store& store) {
  const auto id = ParseUuid(text);
  if (!id) return OutOfRange("after", "after takes the id of a message");
  const auto found = store.FindInbound(*id);
  if (found) return *id;
  if (found.error().kind == ErrorKind::kNotFound) {
    return OutOfRange("after", "no received message has this id");
  }
  return std::unexpected(
      Problem(503, "store_unavailable", found.error().message));
}

std::expected<InboxFilter, Response> ReadFilter(const std::string& query,
                                                Store& store) {
  const Form form = Form::Parse(query);
  InboxFilter filter;
  for (const auto& name : form.Names()) {
    if (name != "from" && name != "limit" && name != "after") {
      return std::unexpected(FieldProblem(
          "unknown_field", name,
          fmt::format("this resource has no parameter \"{}\"", name)));
    }
  }
  filter.sender = form.Find("from").value_or("");
  // A '+' that was not escaped arrives as a space.
  if (filter.sender.starts_with(' ')) filter.sender[0] = '+';
  if (const auto text = form.Find("limit")) {
    const auto limit = ReadLimit(*text);
    if (!limit) return std::unexpected(limit.error());
    filter.limit = *limit;
  }
  if (const auto text = form.Find("after")) {
    const auto after = ReadAfter(*text, store);
    if (!after) return std::unexpected(after.error());
    filter.after = *after;
  }
  return filter;
}

}  // namespace

Response ListInbox(const Request& request, Store& store) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  auto filter = ReadFilter(request.query, store);
  if (!filter) return std::move(filter.error());
  const auto limit = static_cast<std::size_t>(filter->limit++);
  auto messages = store.Inbox(*filter);
  if (!messages) {
    return Problem(503, "store_unavailable", messages.error().message);
  }
  const bool more = messages->size() > limit;
  if (more) messages->resize(limit);
  Json page = {{"items", Json::array()}, {"next", nullptr}};
  for (const auto& message : *messages) {
    page["items"].push_back(InboundJson(message));
  }
  if (more) page["next"] = ToString(messages->back().id);
  return JsonResponse(200, page);
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
  if (message.error().kind == ErrorKind::kNotFound) {
    return Problem(404, "message_not_found", message.error().message);
  }
  return Problem(503, "store_unavailable", message.error().message);
}

}  // namespace smsweb
