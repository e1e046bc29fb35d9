#include "common/modem/profile.h"

#include <algorithm>
#include <cctype>

namespace smsweb {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part,
                              [](unsigned char a, unsigned char b) {
                                return std::tolower(a) == std::tolower(b);
                              })
              .empty() ||
         part.empty();
}

}  // namespace

const ModemProfile& GenericProfile() {
  static const ModemProfile kGeneric{.name = "generic"};
  return kGeneric;
}

const ModemProfile& ChooseProfile(const ModemProfiles& profiles,
                                  std::string_view name,
                                  std::string_view manufacturer,
                                  std::string_view model) {
  const ModemProfile* best = nullptr;
  std::size_t best_length = 0;
  for (const ModemProfile& profile : profiles) {
    if (!name.empty() && profile.name == name) return profile;
    if (!name.empty()) continue;
    for (const ProfileMatch& match : profile.matches) {
      const std::size_t length = match.manufacturer.size() + match.model.size();
      if (length > best_length && Contains(manufacturer, match.manufacturer) &&
          Contains(model, match.model)) {
        best = &profile;
        best_length = length;
      }
    }
  }
  return best != nullptr ? *best : GenericProfile();
}

}  // namespace smsweb
