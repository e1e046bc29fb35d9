// Commands that only keep numbers, as a table: range, factory value and what
// the test form says. Their effect, if there is one, is elsewhere.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

std::map<std::string, SettingValues, std::less<>> FactorySettings();

// The answer to `command` if it is one of the table's.
std::optional<Reply> KeepSetting(ModemState& state, const AtCommand& command);

}  // namespace smsweb::sim
