// Lists by pages: ?limit=, and ?after= with the last id of the page before.
#pragma once

#include <expected>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cgi/form.h"
#include "cgi/http.h"
#include "common/base/error.h"
#include "common/base/uuid.h"

namespace smsweb {

struct Paging {
  int limit = 50;
  std::optional<Uuid> after;
};

// `find` says whether there is a message with this id: one that is not there is
// no end of the list.
std::expected<Paging, Response> ReadPaging(
    const Form& query, const std::function<Result<void>(const Uuid&)>& find);

// What is wrong with a query that has other parameters than these.
std::optional<Response> RefuseOtherNames(
    const Form& query, std::initializer_list<std::string_view> known);

// `items`: one more than `limit`, where there are more.
template <typename Item>
Response PageOf(std::vector<Item> items, int limit,
                nlohmann::ordered_json (*show)(const Item&)) {
  const bool more = items.size() > static_cast<std::size_t>(limit);
  if (more) items.resize(static_cast<std::size_t>(limit));
  nlohmann::ordered_json page = {{"items", nlohmann::ordered_json::array()},
                                 {"next", nullptr}};
  for (const Item& item : items) page["items"].push_back(show(item));
  if (more) page["next"] = ToString(items.back().id);
  return JsonResponse(200, page);
}

}  // namespace smsweb
