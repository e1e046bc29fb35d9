#include "cgi/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "cgi/store_problem.h"

namespace smsweb {
namespace {

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

std::expected<Uuid, Response> ReadAfter(
    const std::string& text,
    const std::function<Result<void>(const Uuid&)>& find) {
  const auto id = ParseUuid(text);
  if (!id) return OutOfRange("after", "after takes the id of a message");
  const auto found = find(*id);
  if (found) return *id;
  if (found.error().kind == ErrorKind::kNotFound) {
    return OutOfRange("after", found.error().message);
  }
  return std::unexpected(StoreProblem(found.error()));
}

}  // namespace

std::expected<Paging, Response> ReadPaging(
    const Form& query, const std::function<Result<void>(const Uuid&)>& find) {
  Paging paging;
  if (const auto text = query.Find("limit")) {
    const auto limit = ReadLimit(*text);
    if (!limit) return std::unexpected(limit.error());
    paging.limit = *limit;
  }
  if (const auto text = query.Find("after")) {
    const auto after = ReadAfter(*text, find);
    if (!after) return std::unexpected(after.error());
    paging.after = *after;
  }
  return paging;
}

std::optional<Response> RefuseOtherNames(
    const Form& query, std::initializer_list<std::string_view> known) {
  for (const auto& name : query.Names()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return FieldProblem(
        "unknown_field", name,
        fmt::format("this resource has no parameter \"{}\"", name));
  }
  return std::nullopt;
}

}  // namespace smsweb
