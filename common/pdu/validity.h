// TP-VP in the relative format (3GPP TS 23.040 § 9.2.3.12.1): one octet, from
// 5 minutes to 63 weeks, in steps that grow.
#pragma once

#include <chrono>
#include <cstdint>

namespace smsweb {

// The longest period that can be said and is not longer than `validity`; 5 min
// where that is shorter.
std::uint8_t RelativeValidity(std::chrono::seconds validity);

std::chrono::seconds RelativeValidityPeriod(std::uint8_t octet);

}  // namespace smsweb
