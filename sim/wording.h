// How what a modem has to say is written on the line: V.250 § 5.7, as ATV, ATQ
// and +CMEE want it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

std::string WordLines(const ModemState& state,
                      const std::vector<std::string>& lines);
std::string WordFinal(const ModemState& state, const Final& final);

// CR LF TEXT CR LF.
std::string WordUnsolicited(std::string_view text);

}  // namespace smsweb::sim
