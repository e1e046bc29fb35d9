// [[route]]: which modems send what.
#include <algorithm>
#include <array>

#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::array<std::string_view, 3> kClasses = {"otp", "transactional",
                                                      "bulk"};

constexpr std::string_view kDefaultGroup = "default";

// Of one of the route's conditions: a list that has something, all of it as
// `is_one` wants it.
void ReadCondition(TableReader& table, std::string_view key,
                   std::vector<std::string>* out,
                   bool (*is_one)(std::string_view), std::string_view takes) {
  table.Read(key, out);
  const bool given = table.LineOf(key) != 0;
  if (given && (out->empty() || !std::ranges::all_of(*out, is_one))) {
    table.Refuse(key, takes);
  }
}

bool IsClass(std::string_view text) {
  return std::ranges::find(kClasses, text) != kClasses.end();
}

bool IsClient(std::string_view text) { return !text.empty(); }

void ReadConditions(TableReader& table, RouteConfig* route) {
  ReadCondition(table, "prefix", &route->prefixes, IsNumberPrefix,
                "takes beginnings of numbers as \"+62811\"");
  ReadCondition(table, "region", &route->regions, IsRegion,
                "takes countries as \"ID\" or \"DE\"");
  ReadCondition(table, "class", &route->classes, IsClass,
                "takes \"otp\", \"transactional\" and \"bulk\"");
  ReadCondition(table, "client", &route->clients, IsClient,
                "takes names of clients");
  const bool any = std::ranges::any_of(
      std::array{"prefix", "region", "class", "client"},
      [&](const char* key) { return table.LineOf(key) != 0; });
  if (!any) {
    table.Refuse("prefix",
                 "a route has prefix, region, class or client; what no route "
                 "fits goes to the group \"default\" anyway");
  }
}

std::set<std::string> GroupsOf(const std::vector<ModemConfig>& modems) {
  std::set<std::string> names;
  for (const ModemConfig& modem : modems) {
    for (const auto& group : modem.groups) {
      names.emplace(group.empty() ? kDefaultGroup : group);
    }
  }
  return names;
}

void ReadTarget(TableReader& table, const std::vector<ModemConfig>& modems,
                RouteConfig* route) {
  std::string group;
  table.Read("group", &group);
  table.Read("modem", &route->modem);
  if (group.empty() == route->modem.empty()) {
    return table.Refuse("group", "a route has either group or modem");
  }
  if (group.empty()) {
    const bool known = std::ranges::find(modems, route->modem,
                                         &ModemConfig::name) != modems.end();
    if (known) return;
    return table.Refuse("modem",
                        fmt::format("no modem is called \"{}\"", route->modem));
  }
  route->group = GroupNamed(group);
  const auto known = GroupsOf(modems);
  if (known.contains(group)) return;
  table.Refuse("group", fmt::format("no modem is in \"{}\"; groups: {}", group,
                                    fmt::join(known, ", ")));
}

RouteConfig ReadRoute(TableReader table,
                      const std::vector<ModemConfig>& modems) {
  RouteConfig route;
  ReadConditions(table, &route);
  ReadTarget(table, modems, &route);
  table.RefuseUnknownKeys();
  return route;
}

}  // namespace

bool IsRegion(std::string_view text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'Z' &&
         text[1] >= 'A' && text[1] <= 'Z';
}

bool IsName(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-_.") == std::string_view::npos;
}

std::string GroupNamed(std::string_view name) {
  return name == kDefaultGroup ? "" : std::string(name);
}

void ReadRoutes(const toml::table& root, const std::vector<ModemConfig>& modems,
                ErrorList& errors, std::vector<RouteConfig>* out) {
  const auto* node = root.get("route");
  if (!node) return;
  const auto* array = node->as_array();
  if (!array || !array->is_homogeneous<toml::table>()) {
    errors.Add(node->source(), "route: write each route as [[route]]");
    return;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    out->push_back(ReadRoute(TableReader((*array)[i].as_table(),
                                         fmt::format("route[{}]", i), errors),
                             modems));
  }
}

}  // namespace smsweb
