//! What phones ask of the workspace.

mod offer;
mod proof;
