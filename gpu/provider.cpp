#include "gpu/provider.h"
