#include "ctl/modem_info.h"

namespace smsweb::ctl {
namespace {

constexpr std::size_t kShownOfImsi = 4;

}  // namespace

Json InfoOf(const ModemStatus& status) {
  Json info = Json::parse(status.info, nullptr, false);
  if (!info.is_object()) return Json::object();
  if (const auto imsi = info.find("imsi");
      imsi != info.end() && imsi->is_string()) {
    const auto digits = imsi->get<std::string>();
    *imsi = digits.size() > kShownOfImsi
                ? "..." + digits.substr(digits.size() - kShownOfImsi)
                : "...";
  }
  return info;
}

std::string InfoText(const Json& info, std::string_view key) {
  const auto member = info.find(key);
  if (member == info.end() || member->is_null()) return "";
  if (member->is_string()) return member->get<std::string>();
  return member->dump();
}

int Recoveries(const Json& info) {
  const auto steps = info.find("recoveries");
  if (steps == info.end() || !steps->is_object()) return 0;
  int sum = 0;
  for (const auto& [step, count] : steps->items()) {
    if (count.is_number_integer()) sum += count.get<int>();
  }
  return sum;
}

}  // namespace smsweb::ctl
