#include "common/store/verification.h"

namespace smsweb {

std::string_view ToString(VerificationState state) {
  switch (state) {
    case VerificationState::kPending:
      return "pending";
    case VerificationState::kApproved:
      return "approved";
    case VerificationState::kCanceled:
      return "canceled";
    case VerificationState::kMaxAttempts:
      return "max_attempts";
    case VerificationState::kExpired:
      return "expired";
  }
  return "unknown";
}

}  // namespace smsweb
